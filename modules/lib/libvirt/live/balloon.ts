import type { Host } from '../../host/host.ts';
import type { Element } from '../../xml/element.ts';
import { attempt, type Target } from './guest.ts';
import { currentMemory, isSameAmount } from './memory.ts';
import { settle } from './settle.ts';

/** Seconds that a guest has for its balloon. */
const LIMIT = 20;

/**
 * Moves the guest's balloon and waits for it: virsh answers when the guest is told.
 * @param size KiB
 * @returns why it isn't there
 */
export async function moveBalloon(host: Host, target: Target, size: number): Promise<string | undefined> {
  const refused = await attempt(host, target, 'setmem', '--live', '--size', `${size}KiB`);
  if (refused !== undefined) return refused;
  const isThere = (domain: Element) => isSameAmount(currentMemory(domain), size);
  const domain = await settle(host, target, LIMIT, isThere);
  if (isThere(domain)) return undefined;
  return `the guest has it at ${currentMemory(domain)} KiB: does it have a balloon driver?`;
}
