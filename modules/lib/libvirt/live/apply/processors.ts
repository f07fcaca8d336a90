import type { Host } from '../../../host/host.ts';
import { processors } from '../plan/processors.ts';
import { attempt, type Target } from './guest.ts';
import { waitUntil } from './wait.ts';

/** libvirt waits for some seconds, and a busy guest needs more. */
const SLOW = /unplug request timed out/;

/**
 * Sets the number of online vCPUs, and waits until the guest has released the others.
 * @returns why the guest still has more; undefined when it is done
 */
export async function setProcessors(host: Host, target: Target, count: number): Promise<string | undefined> {
  const refused = await attempt(host, target, 'setvcpus', '--live', '--count', String(count));
  if (refused === undefined || !SLOW.test(refused)) return refused;
  const domain = await waitUntil(host, target, target.detachTimeout, (one) => processors(one).on <= count);
  return processors(domain).on <= count ? undefined : 'the guest did not release its vCPUs';
}
