import { dirname } from 'node:path';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { MOVES, pathsOf } from '../../lib/move/forwarding.ts';
import { type Description, descriptionText, parseDescription } from './description.ts';

// What a guest consists of, noted on both hosts: the run after one that was killed may not find the domain any more.

const PRIVATE = 0o700;
const OWNERS = 0o600;

// One of another release says nothing: what it was about is seen by the other host.
function parsed(text: string): Description | undefined {
  try {
    return parseDescription(text);
  } catch {
    return undefined;
  }
}

/** Makes the directory of a move, which is root's alone. */
export async function makeState(host: Host, id: string): Promise<void> {
  const { state } = pathsOf(id);
  await host.makeDirectory(state);
  await host.setAttributes(dirname(state), { mode: PRIVATE });
  await host.setAttributes(state, { mode: PRIVATE });
}

/** Seconds that another step of the same move has to end. */
const PATIENCE = 5;

/**
 * Does something on the host that a guest leaves while no other run moves it.
 * @throws Failure where one does
 */
export async function alone<T>(host: Host, id: string, act: () => Promise<T>): Promise<T> {
  let isBegun = false;
  try {
    return await host.withLock(`/run/piecewise-cloud-move-${id}.lock`, PATIENCE, () => {
      isBegun = true;
      return act();
    });
  } catch (error) {
    if (isBegun || !(error instanceof Failure)) throw error;
    throw new Failure('another run moves this guest now: wait until it has ended');
  }
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
    const found = text === undefined ? undefined : parsed(text);
    if (found?.name === name) return found;
  }
  return undefined;
}

/** Notes what this host has said of a guest that is to leave it. What comes back by the other host is compared with it. */
export async function writeDescribed(
  host: Host,
  id: string,
  description: Omit<Description, 'format'>,
): Promise<void> {
  await makeState(host, id);
  await host.write(pathsOf(id).described, `${descriptionText(description)}\n`, { mode: OWNERS });
}

/** What this host has said last of a guest; undefined if it has not since a move of it ended. */
export async function readDescribed(host: Host, id: string): Promise<Description | undefined> {
  const text = await readText(host, pathsOf(id).described);
  return text === undefined ? undefined : parsed(text.trimEnd());
}

/** Removes what an attempt has left on a host, but for what is noted of a guest that has gone. */
export async function forgetAttempt(host: Host, id: string): Promise<void> {
  const { sockets, state, key, libvirt, knownHosts, described, arriving, templates } = pathsOf(id);
  await host.removeTree(sockets);
  const files = [key, `${key}.pub`, libvirt, knownHosts, described, arriving, templates];
  for (const path of files) await host.remove(path);
  await host.removeDirectory(state);
}

/** Removes all that a move has left on a host: its note, its key, its sockets. */
export async function forgetMove(host: Host, id: string): Promise<void> {
  const { sockets, state } = pathsOf(id);
  await host.removeTree(sockets);
  await host.removeTree(state);
}
