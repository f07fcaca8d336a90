import { readApplied } from '../../lib/libvirt/applied.ts';
import { planLive } from '../../lib/libvirt/live/plan/plan.ts';
import type { LiveChange } from '../../lib/libvirt/live/plan/step.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import { stillAttached, withUnmanaged } from '../domain/plan/guest.ts';

/** Begins what `planMemory` says of memory that can't change while the guest runs. */
const MEMORY = 'memory: ';

/**
 * Why a running guest is not as it is defined, whoever has changed its definition: what it gets at its next start, and what a
 * task of `vm` would change at once. Devices that others attached to the running guest only are no such reason. Pure.
 * @returns none of a guest that is off
 */
export function restartReasons(domain: Domain): string[] {
  const { live, definition } = domain;
  if (!live) return [];
  const removed = stillAttached(domain, readApplied(definition)?.removed, definition);
  const { changes, pending } = planLive(live, withUnmanaged(definition, live, removed));
  // How much the balloon takes counts from the memory that the guest has until then.
  const isKnown = ({ step }: LiveChange) =>
    step.act === 'balloon' && pending.some((reason) => reason.startsWith(MEMORY));
  return [
    ...pending,
    ...changes.filter((change) => !isKnown(change)).map(({ title }) => `not done yet: ${title}`),
  ];
}
