import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import type { Element } from '../../xml/element.ts';
import { domainState } from '../virsh.ts';
import { aliasOf, attempt, readLive, sameDevice, type Target } from './guest.ts';

/** Milliseconds between looks at a guest that is letting go of a device. */
const POLL = 300;

/** QEMU has asked the guest before. */
const ASKED = /in the process of unplug/;

/** Somebody else was quicker. */
const GONE = /no device found with alias|device not found/;

/**
 * Takes a device from a running guest and waits until it is gone: virsh answers when the guest is asked, and a guest
 * that is paused, or has no system that listens, doesn't let go.
 * @param device its live XML
 * @returns why it is still there
 */
export async function detach(host: Host, target: Target, device: Element): Promise<string | undefined> {
  const refused = await ask(host, target, aliasOf(device) ?? '');
  if (refused !== undefined) return refused;
  const end = Date.now() + target.detachTimeout * 1000;
  for (;;) {
    if (!sameDevice(await readLive(host, target), device)) return undefined;
    const state = await domainState(host, target.uri, target.name);
    if (state === 'paused') return 'the guest is paused and does not let go of it';
    if (Date.now() >= end) {
      return `the guest did not let go of it within ${target.detachTimeout} s: does its system run?`;
    }
    await sleep(POLL);
  }
}

async function ask(host: Host, target: Target, alias: string): Promise<string | undefined> {
  try {
    const refused = await attempt(host, target, 'detach-device-alias', '--alias', alias, '--live');
    return refused !== undefined && ASKED.test(refused) ? undefined : refused;
  } catch (error) {
    if (error instanceof Error && (ASKED.test(error.message) || GONE.test(error.message))) return undefined;
    throw error;
  }
}
