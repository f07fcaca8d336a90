import { bytes, counted } from '../format.ts';
import type { Item } from './model.ts';

/** One line that says what an object is: for screen readers, and as the title of what points to it. */
export function labelOf(item: Item): string {
  const changes = item.kind === 'host' ? item.allDrift : item.drift.length;
  const drift = changes > 0 ? [`drift: ${counted(changes, 'object')}`] : [];
  return [...partsOf(item), ...drift].filter(Boolean).join(', ');
}

const vlanText = (vlans: readonly number[]) =>
  vlans.length > 0 ? `VLAN ${vlans.slice(0, 6).join(' ')}` : '';

function partsOf(item: Item): string[] {
  switch (item.kind) {
    case 'host': {
      const { info, problems } = item.cloud;
      return [
        `Hypervisor ${item.name}`,
        ...(info ? [info.host.release, counted(info.guests.length, 'guest')] : []),
        ...(item.restarts > 0 ? [`${counted(item.restarts, 'guest')} with a pending restart`] : []),
        ...problems,
      ];
    }
    case 'bridge':
      return [`Bridge ${item.name} on ${item.host}`, counted(item.guests.length, 'guest')];
    case 'network':
      return [
        `Network ${item.name} on ${item.host}`,
        ...item.info.subnets,
        vlanText(item.info.vlan === undefined ? [] : [item.info.vlan]),
        item.serves ? '' : `service ${item.info.service}`,
      ];
    case 'port':
      return [
        `Port ${item.name} of ${item.bridge} on ${item.host}`,
        item.info.type,
        item.info.up ? '' : 'down',
        item.info.error ?? '',
      ];
    case 'overlay':
      return [
        `Overlay ${item.name}`,
        counted(new Set(item.ends.map(({ host }) => host)).size, 'host'),
        ...item.errors,
      ];
    case 'guest':
      return [
        `${item.isContainer ? 'Container' : 'Guest'} ${item.name} on ${item.host}`,
        item.stateText,
        ...item.addresses.slice(0, 3),
        vlanText(item.vlans),
        item.info ? bytes(item.info.memory) : '',
        item.restart.length > 0 ? 'restart pending' : '',
        item.managed ? '' : 'unmanaged',
      ];
  }
}
