import { childOf, type Element, valueAt } from '../../xml/element.ts';
import { labelOf } from '../label.ts';
import type { Call } from './step.ts';

const limitsOf = (disk: Element): ReadonlyMap<string, string> =>
  new Map((childOf(disk, 'iotune')?.children ?? []).map(({ name, text }) => [name, text.trim()]));

/**
 * Sets a disk's limits and clears those that aren't defined: 0 is none (virsh(1), "blkdeviotune"). A burst's length
 * goes with its burst.
 */
export function tuneDisk(now: Element, next: Element): Call {
  const [was, wanted] = [limitsOf(now), limitsOf(next)];
  const cleared = [...was.keys()].filter((name) => !wanted.has(name) && !/_length$|^group_name$/.test(name));
  const values = [...wanted, ...cleared.map((name) => [name, '0'] as const)];
  const flags = values.flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, value]);
  return {
    act: 'call',
    about: `${labelOf(next)}: iotune`,
    command: 'blkdeviotune',
    flags: ['--device', valueAt(now, 'target/@dev') ?? '', ...flags],
  };
}

const AMOUNTS = ['average', 'peak', 'burst', 'floor'];

/** `AVERAGE,PEAK,BURST,FLOOR`, as far as they are stated; 0 is no limit (virsh(1), "domiftune"). */
function limitOf(nic: Element, direction: string): string {
  const values = AMOUNTS.map((name) => valueAt(nic, `bandwidth/${direction}/@${name}`) ?? '');
  return values.join(',').replace(/,+$/, '') || '0';
}

/**
 * Limits a NIC anew. By `update-device` libvirt 9 forgets limits that are no longer defined, and Open vSwitch goes on
 * with them.
 */
export const tuneInterface = (now: Element, next: Element): Call => ({
  act: 'call',
  about: `${labelOf(next)}: bandwidth`,
  command: 'domiftune',
  flags: [
    '--interface',
    valueAt(now, 'target/@dev') ?? valueAt(now, 'mac/@address') ?? '',
    ...['inbound', 'outbound'].flatMap((direction) => [`--${direction}`, limitOf(next, direction)]),
  ],
});

/** Seconds between the guest's reports about its memory; 0 is never (virsh(1), "dommemstat"). */
export const reportMemory = (_: Element, next: Element): Call => ({
  act: 'call',
  about: 'memballoon: stats period',
  command: 'dommemstat',
  flags: ['--period', valueAt(next, 'stats/@period') ?? '0'],
});
