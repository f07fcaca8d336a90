import { whyNotApplied } from '../../lib/guest/console/applies.ts';
import { beginsBoot } from '../../lib/guest/console/cloud-init.ts';
import { readConsole } from '../../lib/guest/console/log.ts';
import { plainLines } from '../../lib/guest/console/text.ts';
import type { Host } from '../../lib/host/host.ts';
import { decodeText } from '../../lib/host/text.ts';
import { consoleLogIn } from '../../lib/libvirt/console-log.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { childOf, type Element, element } from '../../lib/xml/element.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import type { VmOptions } from './options.ts';

// What a running guest has applied of its seed, noted in its live metadata: libvirt drops it when the guest stops, and then
// the guest starts with the seed that there is.

const NAMESPACE = 'https://piecewise.cloud/vm/applied/1';
const KEY = 'piecewise-vm';

/** What a running guest has of its seed. */
export interface Noted {
  /** A digest of the configuration that the guest has applied of each interface, by its MAC address. */
  readonly applied: ReadonlyMap<string, string>;
  /** When it looks at its network configuration again: `boot`, `hotplug`. */
  readonly events: ReadonlySet<string>;
  /** Whether its drive may still have the former seed. */
  readonly isFormer: boolean;
}

/** How long the console's log was, and the older file of it, in bytes. */
export interface Logged {
  readonly size: number;
  readonly older: number;
}

/** The note in a live XML, and how long the console's log was then. */
export function noteIn(live: Element): { noted: Noted; logged: Logged | undefined } | undefined {
  const found = childOf(live, 'metadata')?.children.find(({ attributes }) =>
    Object.values(attributes).includes(NAMESPACE),
  );
  if (!found) return undefined;
  const { events = '', former, logged } = found.attributes;
  const applied = found.children.flatMap(({ attributes: { mac, digest } }) =>
    mac !== undefined && digest !== undefined ? [[mac, digest] as const] : [],
  );
  return {
    noted: {
      applied: new Map(applied),
      events: new Set(events.split(' ').filter(Boolean)),
      isFormer: former === 'yes',
    },
    logged: loggedIn(logged),
  };
}

function loggedIn(text = ''): Logged | undefined {
  const [, size, older] = /^(\d+)\+(\d+)$/.exec(text) ?? [];
  return size === undefined ? undefined : { size: Number(size), older: Number(older) };
}

/** A note as XML. @param logged how long the console's log is */
export const noteXml = ({ applied, events, isFormer }: Noted, logged: Logged | undefined): string =>
  serialiseXml(
    element(
      'applied',
      {
        events: [...events].join(' '),
        former: isFormer ? 'yes' : undefined,
        logged: logged && `${logged.size}+${logged.older}`,
      },
      [...applied].map(([mac, digest]) => element('interface', { mac, digest })),
    ),
  );

/** Bytes of a log that are read at once: virtlogd's limit of a file, by default. */
const MOST = 2 * 1024 ** 2;

/** How long a log is; undefined where there is none. */
async function lengthOf(host: Host, log: string | undefined): Promise<Logged | undefined> {
  if (log === undefined) return undefined;
  const [last, older] = await Promise.all([host.stat(log), host.stat(`${log}.0`)]);
  return last && { size: last.size, older: older?.size ?? 0 };
}

/**
 * Whether a guest has booted since its log had a length. A guest that reboots from within keeps its QEMU process, and says so on its
 * console only. Where the log has been rotated since, that can't be known, and counts as booted: no guest is restarted on a guess.
 */
async function hasBooted(host: Host, log: string | undefined, logged: Logged): Promise<boolean> {
  const now = await lengthOf(host, log);
  if (log === undefined || !now) return false;
  if (now.older !== logged.older || now.size < logged.size) return true;
  if (now.size === logged.size) return false;
  const end = await host.readEnd(log, Math.min(now.size - logged.size, MOST));
  return end !== undefined && beginsBoot(plainLines(decodeText(end.bytes)));
}

/**
 * What is noted of a running guest.
 * @param live its live XML
 * @returns undefined where nothing is noted, or the guest has applied its seed since
 */
export async function observeNoted(
  host: Host,
  live: Element | undefined,
  { uri }: Pick<VmOptions, 'uri'>,
): Promise<Noted | undefined> {
  const found = live && noteIn(live);
  if (!found) return undefined;
  const { noted, logged } = found;
  // With the former seed in its drive, a guest that boots applies that.
  if (noted.isFormer || logged === undefined) return noted;
  return (await hasBooted(host, consoleLogIn(live, uri), logged)) ? undefined : noted;
}

/** A note to write. */
export interface Note {
  readonly noted: Noted;
  /** The file that the guest's console is logged in; undefined where it isn't. */
  readonly log: string | undefined;
}

export const noteOf = (live: Element, { uri }: Pick<VmOptions, 'uri'>, noted: Noted): Note => ({
  noted,
  log: consoleLogIn(live, uri),
});

/** Warnings of a guest that will not apply the seed that is written now. */
export async function doubtsOf(
  host: Host,
  { name }: Pick<VmOptions, 'name'>,
  { log }: Note,
): Promise<string[]> {
  const printed = log === undefined ? undefined : await readConsole(host, log);
  const why = printed && whyNotApplied(printed.lines);
  return why === undefined ? [] : [`${name} ${why}: the change of its seed doesn't reach it`];
}

/** Notes what a running guest has. */
export async function writeNote(
  host: Host,
  { name, uri }: Pick<VmOptions, 'name' | 'uri'>,
  { noted, log }: Note,
): Promise<void> {
  const what = ['--uri', NAMESPACE, '--key', KEY, '--set', noteXml(noted, await lengthOf(host, log))];
  await virsh(host, uri, 'metadata', '--domain', name, '--live', ...what);
}
