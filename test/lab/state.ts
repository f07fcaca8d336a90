import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from './cache.ts';
import type { BootedKind, Release } from './packages.ts';
import type { ProcessId } from './processes.ts';

/** A directory of the machine that is seen inside a hypervisor. */
export interface Bind {
  host: string;
  guest: string;
}

/** What is known of one hypervisor between processes of ours: `state.json` in its run directory. */
export interface State {
  name: string;
  release: Release;
  kind: BootedKind;
  /** The directory of the read-only root below its overlay. */
  lower: string;
  binds: Bind[];
  /** Whether it can run containers of libvirt: see `containers.ts`. */
  containers?: boolean;
  /** The directories of its groups in the controllers of cgroup 1, if it has some. */
  controllers?: string[];
  /** systemd-nspawn itself. */
  nspawn?: ProcessId;
  /** The container's init, as the machine numbers it. */
  init?: ProcessId;
  /** The package proxy. */
  proxy?: ProcessId;
  /** The lab bridge that host0 is linked to, and its address there (CIDR), if it has one. */
  link?: { bridge: string; address?: string };
}

/** The paths that belong to one hypervisor, and are deleted with it. */
export function paths(name: string) {
  // A container's end of a link is called ve-NAME, and an interface's name has at most 15 characters.
  if (!/^[a-z][a-z0-9-]{0,11}$/.test(name)) {
    throw new Error(`"${name}": a lab name has 1 to 12 of a-z, 0-9 and "-", and begins with a letter`);
  }
  const run = path.join(cacheDir('run'), name);
  return {
    run,
    state: path.join(run, 'state.json'),
    pid: path.join(run, 'pid'),
    upper: path.join(run, 'upper'),
    work: path.join(run, 'work'),
    root: path.join(run, 'root'),
    proxy: path.join(run, 'proxy'),
    console: path.join(run, 'console.log'),
    proxyLog: path.join(run, 'proxy.log'),
  };
}

/** The state of a hypervisor of that name, or undefined if there is none. */
export function readState(name: string): State | undefined {
  const { state } = paths(name);
  return existsSync(state) ? (JSON.parse(readFileSync(state, 'utf8')) as State) : undefined;
}

/** Keeps a state; the file is replaced whole. */
export function writeState(state: State): void {
  const { state: file, pid } = paths(state.name);
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2));
  renameSync(`${file}.new`, file);
  // Read by the SSH proxy command, so an inventory stays valid when a reboot changes the number.
  writeFileSync(pid, `${state.init?.pid ?? 0}\n`);
}

/** The names that have a run directory, whether they run or were left by a crash. */
export const knownNames = (): string[] => readdirSync(cacheDir('run')).sort();
