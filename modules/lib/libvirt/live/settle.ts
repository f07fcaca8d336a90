import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import type { Element } from '../../xml/element.ts';
import { readLive, type Target } from './guest.ts';

/** Milliseconds between looks at a guest that was asked for something. */
const POLL = 300;

/**
 * Waits until a guest has done what it was asked for.
 * @param limit seconds
 * @returns its live XML as it was seen last
 */
export async function settle(
  host: Host,
  target: Target,
  limit: number,
  isDone: (domain: Element) => boolean,
): Promise<Element> {
  const end = Date.now() + limit * 1000;
  for (;;) {
    const domain = await readLive(host, target);
    if (isDone(domain) || Date.now() >= end) return domain;
    await sleep(POLL);
  }
}
