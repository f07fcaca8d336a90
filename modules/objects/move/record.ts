import { dirname } from 'node:path';
import { type Host, readText } from '../../lib/host/host.ts';
import { MOVES, pathsOf } from '../../lib/move/forwarding.ts';
import { type Description, descriptionText, parseDescription } from './description.ts';

// What a guest consisted of, noted on the host that it leaves: the run after one that was killed may not find the domain any more.

const PRIVATE = 0o700;
const OWNERS = 0o600;

/** Makes the directory of a move, which is root's alone. */
export async function makeState(host: Host, id: string): Promise<void> {
  const { state } = pathsOf(id);
  await host.makeDirectory(state);
  await host.setAttributes(dirname(state), { mode: PRIVATE });
  await host.setAttributes(state, { mode: PRIVATE });
}

/** Notes what leaves this host. */
export async function writeRecord(
  host: Host,
  id: string,
  description: Omit<Description, 'format'>,
): Promise<void> {
  await makeState(host, id);
  await host.write(pathsOf(id).record, `${descriptionText(description)}\n`, { mode: OWNERS });
}

/** What is noted of a guest that leaves this host; undefined if nothing is. */
export async function readRecord(host: Host, name: string): Promise<Description | undefined> {
  for (const id of await host.list(MOVES)) {
    const text = await readText(host, pathsOf(id).record);
    const found = text === undefined ? undefined : parseDescription(text);
    if (found?.name === name) return found;
  }
  return undefined;
}

/** Removes all that a move has left on a host: its note, its key, its sockets. */
export async function forgetMove(host: Host, id: string): Promise<void> {
  const { sockets, state } = pathsOf(id);
  await host.removeTree(sockets);
  await host.removeTree(state);
}
