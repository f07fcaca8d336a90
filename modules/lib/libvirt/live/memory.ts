import { childOf, childrenOf, type Element, valueAt } from '../../xml/element.ts';
import { kibibytes } from '../normalise.ts';
import type { LivePlan } from './step.ts';

/** KiB. Amounts are rounded up to this when QEMU starts (libvirt's qemuDomainAlignMemorySizes). */
const GRAIN = 1024;

const amount = (element: Element | undefined) =>
  kibibytes(element?.text ?? '', element?.attributes.unit) ?? 0;

const sizes = (domain: Element) =>
  childrenOf(childOf(domain, 'devices'), 'memory').map((device) =>
    amount(childOf(childOf(device, 'target'), 'size')),
  );

/** KiB: what a domain has, what of it is on the board, and how much its balloon holds back. */
function memoryOf(domain: Element) {
  const total = amount(childOf(domain, 'memory'));
  const current = childOf(domain, 'currentMemory');
  const plugged = sizes(domain).reduce((sum, size) => sum + size, 0);
  return { total, plugged, board: total - plugged, held: current ? total - amount(current) : 0 };
}

/** Whether two amounts in KiB are the same to QEMU. */
export const isSameAmount = (a: number, b: number): boolean => Math.abs(a - b) < GRAIN;

/** KiB that the guest has now. */
export const currentMemory = (domain: Element): number => amount(childOf(domain, 'currentMemory'));

/**
 * The memory of a running guest: its balloon can move, what is on the board can't. Memory devices, which count in both
 * amounts, are devices like others. A balloon that stands elsewhere than defined is moved, whoever moved it there.
 */
export function planMemory(live: Element, persistent: Element): LivePlan {
  const [now, next] = [memoryOf(live), memoryOf(persistent)];
  const pending = !isSameAmount(now.board, next.board)
    ? [`memory: ${now.board} KiB → ${next.board} KiB can't be changed while the guest runs`]
    : [];
  if (valueAt(live, 'devices/memballoon/@model') === 'none' || isSameAmount(now.held, next.held))
    return { changes: [], pending };
  const wanted = now.board + next.plugged - next.held;
  if (wanted > now.board + next.plugged || wanted <= 0) return { changes: [], pending };
  const change = {
    title: `set current memory to ${wanted} KiB`,
    before: `current memory: ${now.total - now.held} KiB\n`,
    after: `current memory: ${wanted} KiB\n`,
    step: { act: 'balloon' as const, size: wanted },
  };
  return { changes: [change], pending };
}
