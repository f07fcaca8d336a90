import { childOf, type Element, valueAt } from '../../../xml/element.ts';
import { amountIn, deviceMemory } from '../../amount.ts';
import type { LivePlan } from './step.ts';

/** KiB. Amounts are rounded up to this when QEMU starts (libvirt's qemuDomainAlignMemorySizes). */
const GRAIN = 1024;

/** KiB: a domain's memory, the parts of it in memory devices and on the board, and how much its balloon takes. */
function memoryOf(domain: Element) {
  const total = amountIn(childOf(domain, 'memory'));
  const current = childOf(domain, 'currentMemory');
  const devices = deviceMemory(domain);
  return { total, devices, board: total - devices, balloon: current ? total - amountIn(current) : 0 };
}

/** Whether QEMU takes two amounts in KiB for the same. */
export const isSameAmount = (a: number, b: number): boolean => Math.abs(a - b) < GRAIN;

/** The guest's current memory, in KiB. */
export const currentMemory = (domain: Element): number => amountIn(childOf(domain, 'currentMemory'));

/**
 * Plans the memory of a running container: its limit can change, up to the maximum that it was started with. A lower maximum
 * takes effect by the limit.
 */
export function planLimit(live: Element, persistent: Element): LivePlan {
  const most = amountIn(childOf(live, 'memory'));
  const [current, next] = [limitOf(live), limitOf(persistent)];
  if (current === next) return { changes: [], pending: [] };
  if (next > most)
    return {
      changes: [],
      pending: [
        `memory: ${current} KiB → ${next} KiB can't be changed while the guest runs, which has ${most} KiB at most`,
      ],
    };
  const change = {
    title: `set memory to ${next} KiB`,
    before: `memory: ${current} KiB\n`,
    after: `memory: ${next} KiB\n`,
    step: { act: 'balloon' as const, size: next },
  };
  return { changes: [change], pending: [] };
}

/** The memory that a container gets, in KiB. */
const limitOf = (domain: Element): number => currentMemory(domain) || amountIn(childOf(domain, 'memory'));

/**
 * Plans the memory of a running guest: its balloon can change, the memory on the board can't. Memory devices, which
 * count in both amounts, are attached and detached like other devices. A balloon that differs from the definition is
 * changed, whoever set it.
 */
export function planMemory(live: Element, persistent: Element): LivePlan {
  const [current, next] = [memoryOf(live), memoryOf(persistent)];
  const pending = !isSameAmount(current.board, next.board)
    ? [`memory: ${current.board} KiB → ${next.board} KiB can't be changed while the guest runs`]
    : [];
  if (valueAt(live, 'devices/memballoon/@model') === 'none' || isSameAmount(current.balloon, next.balloon))
    return { changes: [], pending };
  const size = current.board + next.devices - next.balloon;
  if (size > current.board + next.devices || size <= 0) return { changes: [], pending };
  const change = {
    title: `set current memory to ${size} KiB`,
    before: `current memory: ${current.total - current.balloon} KiB\n`,
    after: `current memory: ${size} KiB\n`,
    step: { act: 'balloon' as const, size },
  };
  return { changes: [change], pending };
}
