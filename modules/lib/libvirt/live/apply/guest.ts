import { Failure } from '../../../failure.ts';
import type { Host } from '../../../host/host.ts';
import { type Element, valueAt } from '../../../xml/element.ts';
import { parseXml } from '../../../xml/parse.ts';
import { serialiseXml } from '../../../xml/serialise.ts';
import { devicesOf } from '../../devices.ts';
import { connection, reasonIn, virsh, withPrivateFile } from '../../virsh.ts';
import { postponedBy } from './refusals.ts';

/** The running guest that steps are carried out on. */
export interface Target {
  readonly uri: string;
  readonly name: string;
  /** Seconds that the guest has to release a device. */
  readonly detachTimeout: number;
}

/** Milliseconds. QEMU answers at once; vCPUs and media may take longer. */
const TIMEOUT = 120_000;

/**
 * Runs one virsh command on the guest. Its arguments appear in the process list, so none may be secret.
 * @returns why it can't be done while the guest runs; undefined when it is done
 * @throws Failure with libvirt's own reason for anything else
 */
export async function attempt(
  host: Host,
  { uri, name }: Target,
  command: string,
  ...flags: readonly string[]
): Promise<string | undefined> {
  const args = [...connection(uri), command, '--domain', name, ...flags];
  const { code, stderr } = await host.run('virsh', args, { timeout: TIMEOUT });
  if (code === 0) return undefined;
  const reason = reasonIn(stderr);
  const postponed = postponedBy(reason);
  if (postponed !== undefined) return postponed;
  throw new Failure(`libvirt refuses to ${command}: ${reason || `exit status ${code}`}`);
}

/** The same with a device's XML, which may hold a password. */
export const attemptWith = (host: Host, target: Target, command: string, device: Element) =>
  withPrivateFile(host, serialiseXml(device), (path) =>
    attempt(host, target, command, '--live', '--file', path),
  );

/** The guest's current XML, secrets included. */
export async function readLive(host: Host, { uri, name }: Target): Promise<Element> {
  return parseXml(await virsh(host, uri, 'dumpxml', '--security-info', '--domain', name));
}

/** The name that libvirt gave a live device. */
export const aliasOf = (device: Element): string | undefined => valueAt(device, 'alias/@name');

/** What tells a live device from the others of its class: those of containers have no alias. */
const keyOf = (device: Element): string | undefined =>
  aliasOf(device) ?? valueAt(device, 'mac/@address')?.toLowerCase();

/** A live device as it is in a later live XML; undefined where it was removed. */
export const currentDevice = (live: Element, device: Element): Element | undefined =>
  devicesOf(live, device.name).find((one) => keyOf(one) === keyOf(device));
