import type { Host } from '../../host/host.ts';
import type { Element } from '../../xml/element.ts';
import { domainState } from '../virsh.ts';
import { aliasOf, attempt, sameDevice, type Target } from './guest.ts';
import { settle } from './settle.ts';
import { PAUSED } from './waits.ts';

/** QEMU has asked the guest before. */
const ASKED = /in the process of unplug/;

/** Somebody else was quicker. */
const GONE = /no device found with alias|device not found/;

/**
 * Takes a device from a running guest and waits until it is gone: virsh answers when the guest is asked, and one that
 * has no system that listens doesn't let go. A paused guest isn't asked: it would let go when it goes on, and libvirtd 11
 * crashes when it is asked for the same device in that moment.
 * @param device its live XML
 * @returns why it is still there
 */
export async function detach(host: Host, target: Target, device: Element): Promise<string | undefined> {
  const state = await domainState(host, target.uri, target.name);
  if (state === 'paused') return PAUSED;
  const refused = await ask(host, target, aliasOf(device) ?? '');
  if (refused !== undefined) return refused;
  const isGone = (live: Element) => sameDevice(live, device) === undefined;
  const live = await settle(host, target, target.detachTimeout, isGone);
  if (isGone(live)) return undefined;
  return `the guest did not let go of it within ${target.detachTimeout} s: does its system run?`;
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
