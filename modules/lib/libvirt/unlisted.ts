import { childOf, childrenOf, type Element, valueAt } from '../xml/element.ts';
import { pairItems } from '../xml/merge.ts';
import { DOMAIN_IDENTITY } from './identity.ts';

/** Device classes whose list is the user's own: libvirt never adds one by itself. */
const OWNED = ['disk', 'interface', 'filesystem', 'hostdev', 'graphics'] as const;

const labelOf = (device: Element) =>
  [device.name, valueAt(device, 'target/@dev') ?? valueAt(device, 'mac/@address') ?? valueAt(device, '@type')]
    .filter(Boolean)
    .join(' ');

/**
 * The devices of the current definition that nothing desired stands for.
 * @returns a label each, such as `disk vdb`; only of classes that desired lists
 */
export function unlistedDevices(current: Element, desired: Element): string[] {
  const [mine, theirs] = [childOf(current, 'devices'), childOf(desired, 'devices')];
  return OWNED.flatMap((name) => {
    const rule = DOMAIN_IDENTITY[`domain/devices/${name}`];
    const wanted = childrenOf(theirs, name);
    if (wanted.length === 0 || rule === undefined || rule === 'atomic') return [];
    return pairItems(childrenOf(mine, name), wanted, rule).left.map(labelOf);
  });
}
