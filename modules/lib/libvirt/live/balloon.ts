import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { parseXml } from '../../xml/parse.ts';
import { virsh } from '../virsh.ts';
import { attempt, type Target } from './guest.ts';
import { currentMemory, isSameAmount } from './memory.ts';

/** Milliseconds that a guest has for its balloon, and between looks at it. */
const LIMIT = 20_000;
const POLL = 300;

/**
 * Moves the guest's balloon and waits for it: virsh answers when the guest is told.
 * @param size KiB
 * @returns why it isn't there
 */
export async function moveBalloon(host: Host, target: Target, size: number): Promise<string | undefined> {
  const refused = await attempt(host, target, 'setmem', '--live', '--size', `${size}KiB`);
  if (refused !== undefined) return refused;
  const end = Date.now() + LIMIT;
  for (;;) {
    const now = currentMemory(parseXml(await virsh(host, target.uri, 'dumpxml', '--domain', target.name)));
    if (isSameAmount(now, size)) return undefined;
    if (Date.now() >= end) return `the guest has it at ${now} KiB: does it have a balloon driver?`;
    await sleep(POLL);
  }
}
