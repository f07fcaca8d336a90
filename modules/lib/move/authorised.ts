import type { Host } from '../host/host.ts';
import { readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

// The key of a move, among those that may log in as root.

const FILE = '/root/.ssh/authorized_keys';

/** The lock of all who change the file here. */
const LOCK = '/run/piecewise-cloud-moves.lock';

/** Seconds. */
const PATIENCE = 30;

/**
 * When a connection must have begun, as date(1) takes it; it may last as long as it takes. Hosts wait for each other between the
 * tasks of a play. The key is withdrawn when the move ends: this is for a move whose controller was ended.
 */
const VALID = '+6 hours';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** What ends the line of a move's key. */
const commentOf = (id: string) => `piecewise-move-${id}`;

/**
 * The line of a move's key: see sshd(8), "AUTHORIZED_KEYS FILE FORMAT". It runs no command, and reaches these sockets and no port.
 * sshd compares the path of a socket with the host of each `permitopen`, whose port must be any; brackets keep the slashes. The
 * only address that it may listen on is none.
 * @param key the public key: its type and itself
 * @param address that the connection comes from
 * @param sockets that it may forward to
 * @param until when a connection may begin, as sshd(8) takes it (`expiry-time`)
 */
export function authorisedLine(
  id: string,
  key: string,
  address: string,
  sockets: readonly string[],
  until: string,
): string {
  const options = [
    'restrict',
    'port-forwarding',
    'command="/bin/false"',
    `from="${address}"`,
    `expiry-time="${until}"`,
    ...sockets.map((socket) => `permitopen="[${socket}]:*"`),
    'permitlisten="[/]:1"',
  ];
  return `${options.join(',')} ${key.split(/\s+/).slice(0, 2).join(' ')} ${commentOf(id)}`;
}

/** The same file without the line of a move. */
export const withoutMove = (text: string, id: string): string =>
  text
    .split('\n')
    .filter((line) => !line.endsWith(` ${commentOf(id)}`))
    .join('\n');

/** The same file with a line at its end. */
export const withLine = (text: string, line: string): string =>
  `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;

async function change(host: Host, changed: (text: string) => string): Promise<void> {
  await host.withLock(LOCK, PATIENCE, async () => {
    const text = (await readText(host, FILE)) ?? '';
    const after = changed(text);
    if (after === text) return;
    if ((await host.stat('/root/.ssh')) === undefined) {
      await host.makeDirectory('/root/.ssh');
      await host.setAttributes('/root/.ssh', { mode: DIRECTORY_MODE });
    }
    const isNew = (await host.stat(FILE)) === undefined;
    // The mode of an existing file is kept.
    await host.write(FILE, after, isNew ? { mode: FILE_MODE } : {});
  });
}

/** What a key lets in: from where, and to which sockets. */
export interface Admission {
  readonly key: string;
  readonly address: string;
  readonly sockets: readonly string[];
}

/** Lets the key of a move in, and no former key of it. */
export async function authorise(host: Host, id: string, { key, address, sockets }: Admission): Promise<void> {
  const until = (await runOrFail(host, 'date', ['-u', '-d', VALID, '+%Y%m%d%H%MZ'])).trim();
  const line = authorisedLine(id, key, address, sockets, until);
  await change(host, (text) => withLine(withoutMove(text, id), line));
}

/** Lets the key of a move in no more. */
export const unauthorise = (host: Host, id: string): Promise<void> =>
  change(host, (text) => withoutMove(text, id));

/** Whether the key of a move is let in. */
export async function isAdmitted(host: Host, id: string): Promise<boolean> {
  const text = (await readText(host, FILE)) ?? '';
  return withoutMove(text, id) !== text;
}
