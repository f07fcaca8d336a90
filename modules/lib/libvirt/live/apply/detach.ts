import type { Host } from '../../../host/host.ts';
import type { Element } from '../../../xml/element.ts';
import { driverAt } from '../../driver.ts';
import { domainState } from '../../virsh.ts';
import { PAUSED } from '../plan/pending.ts';
import { aliasOf, attempt, attemptWith, currentDevice, type Target } from './guest.ts';
import { waitUntil } from './wait.ts';

/** An earlier request is still open. */
const REQUESTED = /in the process of unplug/;

/** Another user removed it in the meantime. */
const REMOVED = /no device found with alias|device not found/;

/**
 * Detaches a device from a running guest and waits until it is removed: virsh only sends the request, and a guest
 * without an operating system that handles it keeps the device. A paused guest gets no request: it would release the
 * device when it is resumed, and libvirtd 11 crashes when it gets another request for it at that moment.
 * @param device its live XML
 * @returns why the guest still has it; undefined when it is done
 */
export async function detach(host: Host, target: Target, device: Element): Promise<string | undefined> {
  const state = await domainState(host, target.uri, target.name);
  if (state === 'paused') return PAUSED;
  const refused = await request(host, target, device);
  if (refused !== undefined) return refused;
  const isRemoved = (live: Element) => currentDevice(live, device) === undefined;
  const live = await waitUntil(host, target, target.detachTimeout, isRemoved);
  if (isRemoved(live)) return undefined;
  return `the guest did not release it within ${target.detachTimeout} s: does its system run?`;
}

const detachDevice = (host: Host, target: Target, device: Element): Promise<string | undefined> =>
  driverAt(target.uri).hasAliases
    ? attempt(host, target, 'detach-device-alias', '--alias', aliasOf(device) ?? '', '--live')
    : attemptWith(host, target, 'detach-device', device);

async function request(host: Host, target: Target, device: Element): Promise<string | undefined> {
  try {
    const refused = await detachDevice(host, target, device);
    return refused !== undefined && REQUESTED.test(refused) ? undefined : refused;
  } catch (error) {
    if (error instanceof Error && (REQUESTED.test(error.message) || REMOVED.test(error.message)))
      return undefined;
    throw error;
  }
}
