import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { cgroupProcesses, makeControllerGroups, removeCgroups } from './cgroup.ts';
import { configure } from './configure.ts';
import { configureContainers } from './containers.ts';
import { relink } from './link.ts';
import { tidyNetwork } from './network.ts';
import { findInit, startContainer, startProxy } from './nspawn.ts';
import { deleteRun, mountOverlay, unmountOverlay } from './overlay.ts';
import { end, ended, identify, isAlive, signal } from './processes.ts';
import { waitReady } from './ready.ts';
import { knownNames, paths, readState, type State, writeState } from './state.ts';

/** Whether a hypervisor of that name runs. */
export const isRunning = (name: string): boolean => isAlive(readState(name)?.init);

/** Makes the run directory of a new hypervisor, with its overlay configured; nothing runs yet. */
export async function create(state: State): Promise<void> {
  const { run, proxy } = paths(state.name);
  await mkdir(run, { recursive: true });
  writeState(state);
  await mkdir(proxy, { recursive: true });
  const root = await mountOverlay(state.name, state.lower);
  await configure(root, state);
  if (state.containers) await configureContainers(root);
}

/** Boots a created or stopped hypervisor and waits until its services answer; throws when interrupted. */
export async function boot(name: string, interruption?: AbortSignal): Promise<void> {
  const state = readState(name);
  if (!state) throw new Error(`the lab has no hypervisor ${name}`);
  const { proxy } = paths(name);
  await mountOverlay(name, state.lower);
  if (!isAlive(state.proxy)) {
    await rm(`${proxy}/apt.sock`, { force: true });
    state.proxy = await startProxy(state);
    writeState(state);
  }
  interruption?.throwIfAborted();
  if (state.containers) state.controllers = makeControllerGroups(name);
  writeState(state);
  state.nspawn = await startContainer(state);
  // Before waiting, so that whoever cleans after us knows what to end.
  writeState(state);
  state.init = await findInit(name, state.nspawn);
  writeState(state);
  await waitReady(name, state.kind, interruption);
  if (state.link) await relink(name, state.link);
}

// systemd takes SIGRTMIN+4 as `poweroff`, see systemd(1); 34 is the C library's SIGRTMIN.
const poweroff = 34 + 4;

/** Shuts a hypervisor down as a power button does, and kills it if it isn't off after `limit` seconds. */
export async function halt(name: string, limit = 30): Promise<void> {
  const state = readState(name);
  if (!state) return;
  if (signal(state.init, poweroff)) await ended(state.init, limit);
  await kill(state);
}

// Killing the init of a PID namespace kills all its processes. Then systemd-nspawn ends.
async function kill(state: State): Promise<void> {
  signal(state.init, 'SIGKILL');
  await ended(state.init, 10);
  await ended(state.nspawn, 2);
  await end(state.nspawn);
  for (const pid of cgroupProcesses(state.name)) {
    try {
      signal(identify(pid), 'SIGKILL');
    } catch {
      // Ended between the two looks.
    }
  }
  // A control group counts its processes until they have been reaped.
  for (let attempt = 0; cgroupProcesses(state.name).length > 0 && attempt < 100; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  removeCgroups(state.name, state.controllers);
}

/** Ends a hypervisor at once and removes all traces of it; does nothing if there is none. */
export async function destroy(name: string): Promise<void> {
  const state = readState(name);
  if (state) {
    await kill(state);
    await end(state.proxy);
  }
  if (existsSync(paths(name).run)) await deleteRun(name);
  // One that isn't running may be about to start, so any other counts.
  await tidyNetwork(() => knownNames().some((other) => other !== name));
}

/** Shuts a hypervisor down and unmounts its root; its contents and its place in the lab stay. */
export async function stop(name: string): Promise<void> {
  await halt(name);
  const state = readState(name);
  if (!state) return;
  await end(state.proxy);
  const { nspawn: _nspawn, init: _init, proxy: _proxy, ...rest } = state;
  writeState(rest);
  await unmountOverlay(name);
}
