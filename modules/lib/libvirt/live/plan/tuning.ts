import { childOf, type Element, valueAt } from '../../../xml/element.ts';
import { labelOf } from '../../label.ts';
import type { Call } from './step.ts';

const limitsOf = (disk: Element): ReadonlyMap<string, string> =>
  new Map((childOf(disk, 'iotune')?.children ?? []).map(({ name, text }) => [name, text.trim()]));

/**
 * Sets a disk's limits and removes those that aren't defined: 0 is no limit (virsh(1), "blkdeviotune"). The length of a
 * burst is removed with the burst.
 */
export function tuneDisk(live: Element, persistent: Element): Call {
  const [current, next] = [limitsOf(live), limitsOf(persistent)];
  const cleared = [...current.keys()].filter(
    (name) => !next.has(name) && !/_length$|^group_name$/.test(name),
  );
  const values = [...next, ...cleared.map((name) => [name, '0'] as const)];
  const flags = values.flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]);
  return {
    act: 'call',
    about: `${labelOf(persistent)}: iotune`,
    command: 'blkdeviotune',
    flags: ['--device', valueAt(live, 'target/@dev') ?? '', ...flags],
  };
}

const AMOUNTS = ['average', 'peak', 'burst', 'floor'];

/** `AVERAGE,PEAK,BURST,FLOOR`, as far as they are defined; 0 is no limit (virsh(1), "domiftune"). */
function limitOf(nic: Element, direction: string): string {
  const values = AMOUNTS.map((name) => valueAt(nic, `bandwidth/${direction}/@${name}`) ?? '');
  return values.join(',').replace(/,+$/, '') || '0';
}

/**
 * Sets a NIC's limits. With `update-device`, libvirt 9 does not remove limits that are no longer defined from Open
 * vSwitch.
 */
export const tuneInterface = (live: Element, persistent: Element): Call => ({
  act: 'call',
  about: `${labelOf(persistent)}: bandwidth`,
  command: 'domiftune',
  flags: [
    '--interface',
    valueAt(live, 'target/@dev') ?? valueAt(live, 'mac/@address') ?? '',
    ...['inbound', 'outbound'].flatMap((direction) => [`--${direction}`, limitOf(persistent, direction)]),
  ],
});

/** Sets the seconds between the guest's reports about its memory; 0 is never (virsh(1), "dommemstat"). */
export const reportMemory = (_: Element, persistent: Element): Call => ({
  act: 'call',
  about: 'memballoon: stats period',
  command: 'dommemstat',
  flags: ['--period', valueAt(persistent, 'stats/@period') ?? '0'],
});
