import { dirname } from 'node:path';
import { type Host, readText } from '../../lib/host/host.ts';
import { MOVES, pathsOf } from '../../lib/move/forwarding.ts';
import { type Description, descriptionText, parseDescription } from './description.ts';

// What a guest consists of, noted on both hosts: the run after one that was killed may not find the domain any more.

const PRIVATE = 0o700;
const OWNERS = 0o600;

/** Makes the directory of a move, which is root's alone. */
export async function makeState(host: Host, id: string): Promise<void> {
  const { state } = pathsOf(id);
  await host.makeDirectory(state);
  await host.setAttributes(dirname(state), { mode: PRIVATE });
  await host.setAttributes(state, { mode: PRIVATE });
}

/** Where a guest goes, as seen from this host. */
export type Direction = 'leaving' | 'arriving';

/** Notes what leaves this host, or arrives here. */
export async function writeRecord(
  host: Host,
  id: string,
  direction: Direction,
  description: Omit<Description, 'format'>,
): Promise<void> {
  await makeState(host, id);
  await host.write(pathsOf(id)[direction], `${descriptionText(description)}\n`, { mode: OWNERS });
}

/** What is noted of a guest; undefined if nothing is. */
export async function readRecord(
  host: Host,
  direction: Direction,
  name: string,
): Promise<Description | undefined> {
  for (const id of await host.list(MOVES)) {
    const text = await readText(host, pathsOf(id)[direction]);
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
