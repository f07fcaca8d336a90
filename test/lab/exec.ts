import { execa } from 'execa';
import { isAlive } from './processes.ts';
import { readState } from './state.ts';
import { plainEnv } from './tools.ts';

/** How to run a program inside a hypervisor. */
export interface ExecOptions {
  /** Its standard input; nothing by default. */
  input?: string | Uint8Array;
  /** Added to a root's plain environment; none of ours goes in. */
  env?: Record<string, string>;
  /** Seconds until it is killed; 300 by default. */
  timeout?: number;
  /** Whether an exit code other than 0 throws; true by default. */
  check?: boolean;
}

/** What a program inside a hypervisor gave. */
export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/** The number that the machine gives a running hypervisor's init; throws if it doesn't run. */
export function initPid(name: string): number {
  const init = readState(name)?.init;
  if (!isAlive(init)) throw new Error(`the lab hypervisor ${name} is not running`);
  return init.pid;
}

/** The command that runs `argv` inside a hypervisor, as root, in all its namespaces. */
export const inside = (name: string, argv: readonly string[]): string[] => [
  'nsenter',
  '-t',
  String(initPid(name)),
  '-a',
  ...argv,
];

/**
 * Runs a program inside a hypervisor as root and gives its output, less one last newline.
 * Throws if it can't be run, takes longer than its limit, or (with `check`) ends with another code than 0.
 */
export async function execInside(
  name: string,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const { input, env = {}, timeout = 300, check = true } = options;
  // Killing nsenter wouldn't reach its child, so the limit is kept inside.
  const limited = ['timeout', '--kill-after=5', String(timeout), ...argv];
  const [command = '', ...args] = inside(name, limited);
  const result = await execa(command, args, {
    env: { ...plainEnv, ...env },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  const { stdout, stderr, exitCode } = result;
  const shown = argv.join(' ').slice(0, 200);
  if (exitCode === undefined) throw new Error(`${name}: ${shown}: ${result.message}`);
  if (exitCode === 124 || exitCode === 137) throw new Error(`${name}: ${shown}: not done in ${timeout} s`);
  if (check && exitCode !== 0)
    throw new Error(`${name}: ${shown}: exit code ${exitCode}\n${stdout}\n${stderr}`);
  return { stdout, stderr, exitCode };
}
