import type { Host } from '../../../host/host.ts';
import type { Element } from '../../../xml/element.ts';
import { currentMemory, isSameAmount } from '../plan/memory.ts';
import { attempt, type Target } from './guest.ts';
import { waitUntil } from './wait.ts';

/** Seconds that the guest has to inflate or deflate its balloon. */
const LIMIT = 20;

/**
 * Sets the guest's current memory, and waits until its balloon has that size: virsh only sends the request.
 * @param size KiB
 * @returns why the guest has another amount; undefined when it is done
 */
export async function setMemory(host: Host, target: Target, size: number): Promise<string | undefined> {
  const refused = await attempt(host, target, 'setmem', '--live', '--size', `${size}KiB`);
  if (refused !== undefined) return refused;
  const isDone = (domain: Element) => isSameAmount(currentMemory(domain), size);
  const domain = await waitUntil(host, target, LIMIT, isDone);
  if (isDone(domain)) return undefined;
  return `the guest has it at ${currentMemory(domain)} KiB: does it have a balloon driver?`;
}
