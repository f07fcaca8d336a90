import { withLock } from './cache.ts';
import { execInside, initPid } from './exec.ts';
import { privateKeyFile, sshCommonArgs } from './key.ts';
import { boot, create, destroy, halt, isRunning, stop } from './lifecycle.ts';
import type { BootedKind, Release } from './packages.ts';
import { ensureRoot } from './root.ts';
import type { ExecOptions, ExecResult } from './run.ts';
import { stage } from './stage.ts';
import { type Bind, paths, readState, type State } from './state.ts';
import { ensureTools } from './tools.ts';

/** What to start. */
export interface HypervisorOptions {
  /** 1 to 12 of a-z, 0-9 and "-"; its host name too. */
  name: string;
  /** 12 by default. */
  release?: Release;
  /** `hypervisor` by default. */
  kind?: BootedKind;
  /** Directories of the machine to show inside; they must exist. */
  binds?: Bind[];
  /** Whether libvirt can run containers in it: see `containers.ts`. */
  containers?: boolean;
}

/** A running (or stopped) hypervisor of the lab. */
export interface Hypervisor {
  readonly name: string;
  readonly release: Release;
  readonly kind: BootedKind;
  /** The machine's number of its init; another one after a reboot. Throws when it doesn't run. */
  readonly pid: number;
  /** Its root directory, as seen from the machine. */
  readonly root: string;
  /** The private key that opens its root account. */
  readonly privateKey: string;
  /** For `ansible_ssh_common_args`; stays valid over a reboot. */
  readonly sshCommonArgs: string;
  /** Runs a program inside, as root: see `execInside`. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Shuts it down and boots the same contents again. */
  reboot(): Promise<void>;
  /** Shuts it down and keeps its contents; `reboot()` starts it again. */
  stop(): Promise<void>;
  /** Ends it at once and removes all traces of it. */
  remove(): Promise<void>;
}

/** Gives the hypervisor of that name, started by whichever process, or undefined if it doesn't run. */
export async function findHypervisor(name: string): Promise<Hypervisor | undefined> {
  const state = readState(name);
  if (!state || !isRunning(name)) return undefined;
  return {
    name,
    release: state.release,
    kind: state.kind,
    get pid() {
      return initPid(name);
    },
    root: paths(name).root,
    privateKey: await privateKeyFile(),
    sshCommonArgs: sshCommonArgs(name),
    exec: (argv, options) => execInside(name, argv, options),
    async reboot() {
      await halt(name);
      await stage(`reboot ${name}`, () => boot(name));
    },
    stop: () => stop(name),
    remove: () => destroy(name),
  };
}

// An interrupted start ends before the cleanup: otherwise it would go on to create what the cleanup has just removed.
async function cleaningUp<T>(name: string, action: (interruption: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error(`starting ${name} was interrupted`));
  // Not `once`: execa's own listener ends the process when it finds itself alone.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await action(controller.signal);
  } catch (error) {
    await destroy(name);
    if (controller.signal.aborted) process.exit(130);
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/**
 * Boots a new hypervisor from the cached root of its release and kind (which is built if need be) and waits
 * until its services answer. What a crash left under its name is removed first.
 * Throws if one of that name runs, or if it doesn't come up; then nothing of it is left.
 */
export async function startHypervisor(options: HypervisorOptions): Promise<Hypervisor> {
  const { name, release = 12, kind = 'hypervisor', binds = [], containers = false } = options;
  await ensureTools();
  const lower = await ensureRoot(release, kind);
  return withLock(`start-${name}`, () => start({ name, release, kind, lower, binds, containers }));
}

async function start(state: State): Promise<Hypervisor> {
  const { name } = state;
  if (isRunning(name)) throw new Error(`the lab hypervisor ${name} is running already`);
  await destroy(name);
  return cleaningUp(name, async (interruption) => {
    await stage(`prepare ${name}`, () => create(state));
    await stage(`boot ${name}`, () => boot(name, interruption));
    const started = await findHypervisor(name);
    if (!started) throw new Error(`${name} ended right after it booted`);
    return started;
  });
}
