import type { Host } from '../../../host/host.ts';
import type { Element } from '../../../xml/element.ts';
import { readLive, type Target } from './guest.ts';

/** Milliseconds between two readings of the guest. */
const POLL = 300;

/**
 * Waits until a guest has done what was requested.
 * @param limit seconds
 * @returns its live XML as it was read last, done or not
 */
export async function waitUntil(
  host: Host,
  target: Target,
  limit: number,
  isDone: (domain: Element) => boolean,
): Promise<Element> {
  const end = host.now() + limit * 1000;
  for (;;) {
    const domain = await readLive(host, target);
    if (isDone(domain) || host.now() >= end) return domain;
    await host.sleep(POLL);
  }
}
