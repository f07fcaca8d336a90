import type { Element } from '../../../lib/xml/element.ts';
import type { Interface } from '../options/items.ts';
import { insideXml } from './container.ts';
import { ifAny, tag } from './tag.ts';

/** What formatdomain calls each type. */
const TYPE = { ovs: 'bridge', bridge: 'bridge', network: 'network', macvtap: 'direct' } as const;

function sourceXml({ type, source, mode }: Interface): Element {
  if (type === 'macvtap') return tag('source', { dev: source, mode: mode ?? 'bridge' });
  return tag('source', { [TYPE[type]]: source });
}

/** One VLAN is an access port; several, or one that is native, are a trunk (formatdomain, "Setting VLAN tag"). */
function vlanXml({ vlans = [], native_vlan: native }: Interface): Element | undefined {
  const ids = native === undefined || vlans.includes(native) ? vlans : [native, ...vlans];
  if (ids.length === 0) return undefined;
  const tags = ids.map((id) => tag('tag', { id, nativeMode: id === native ? 'untagged' : undefined }));
  return tag('vlan', { trunk: ids.length > 1 || native !== undefined ? true : undefined }, tags);
}

// What the guest may leave to the host (formatdomain, "Setting NIC driver-specific options").
const OFFLOADS = ['csum', 'gso', 'tso4', 'tso6', 'ecn', 'ufo'];

function driverXml({ queues, checksum_offload: offload }: Interface): Element | undefined {
  const each = Object.fromEntries(OFFLOADS.map((name) => [name, offload ? 'on' : 'off']));
  return ifAny(tag('driver', { queues }, [offload === undefined ? undefined : tag('host', each)]));
}

function bandwidthXml({ bandwidth: { inbound, outbound } = {} }: Interface): Element | undefined {
  return ifAny(
    tag('bandwidth', {}, [inbound && tag('inbound', inbound), outbound && tag('outbound', outbound)]),
  );
}

/** One network interface. @param isContainer whether it is a container's, which is no network card */
export function interfaceXml(nic: Interface, isContainer = false): Element {
  const { type, target, mac, model, link, filter, mtu, boot_order } = nic;
  return tag('interface', { type: TYPE[type] }, [
    mac === undefined ? undefined : tag('mac', { address: mac }),
    sourceXml(nic),
    vlanXml(nic),
    type === 'ovs' ? tag('virtualport', { type: 'openvswitch' }) : undefined,
    bandwidthXml(nic),
    target === undefined ? undefined : tag('target', { dev: target }),
    ...insideXml(nic),
    isContainer ? undefined : tag('model', { type: model }),
    driverXml(nic),
    filter === undefined ? undefined : tag('filterref', { filter }),
    link === undefined ? undefined : tag('link', { state: link }),
    mtu === undefined ? undefined : tag('mtu', { size: mtu }),
    boot_order === undefined ? undefined : tag('boot', { order: boot_order }),
  ]);
}
