import { isAlive } from './processes.ts';
import { type ExecOptions, type ExecResult, run } from './run.ts';
import { readState } from './state.ts';

/** The number that the machine gives a running hypervisor's init; throws if it doesn't run. */
export function initPid(name: string): number {
  const init = readState(name)?.init;
  if (!isAlive(init)) throw new Error(`the lab hypervisor ${name} is not running`);
  return init.pid;
}

/**
 * The command that runs `argv` inside a hypervisor, as root, in all its namespaces. With `-r`, since the root of its
 * mounts isn't its root directory where the lab itself works in a chroot.
 */
export const inside = (name: string, argv: readonly string[]): string[] => [
  'nsenter',
  '-t',
  String(initPid(name)),
  '-a',
  '-r',
  ...argv,
];

/** Runs a program inside a hypervisor, as root; see `run`. */
export const execInside = (
  name: string,
  argv: readonly string[],
  options?: ExecOptions,
): Promise<ExecResult> => run(name, (limited) => inside(name, limited), argv, options);
