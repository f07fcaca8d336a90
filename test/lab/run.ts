import { execa } from 'execa';
import { plainEnv } from './tools.ts';

/** How to run a program. */
export interface ExecOptions {
  /** Its standard input; nothing by default. */
  input?: string | Uint8Array;
  /** Added to a root's plain environment; variables of this process are not passed on. */
  env?: Record<string, string>;
  /** Seconds until it is killed; 300 by default. */
  timeout?: number;
  /** Whether an exit code other than 0 throws; true by default. */
  check?: boolean;
}

/** What a program gave. */
export interface ExecResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

/**
 * Runs `argv` by way of the command that `wrap` makes of it, and gives its output, less one last newline.
 * Throws if it can't be run, takes longer than its limit, or (with `check`) ends with another code than 0.
 */
export async function run(
  where: string,
  wrap: (argv: readonly string[]) => readonly string[],
  argv: readonly string[],
  { input, env = {}, timeout = 300, check = true }: ExecOptions = {},
): Promise<ExecResult> {
  // Killing nsenter wouldn't reach its child, so the limit is kept inside.
  const limited = ['timeout', '--kill-after=5', String(timeout), ...argv];
  // Node's pipes are sockets, and a program given /dev/stdin as a file can't open one.
  const piped = ['sh', '-c', 'cat | "$@"', 'sh', ...limited];
  const [command = '', ...args] = wrap(input === undefined ? limited : piped);
  const result = await execa(command, args, {
    env: { ...plainEnv, ...env },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  const { stdout, stderr, exitCode } = result;
  const shown = `${where}: ${argv.join(' ').slice(0, 200)}`;
  if (exitCode === undefined) throw new Error(`${shown}: ${result.message}`);
  if (exitCode === 124 || exitCode === 137) throw new Error(`${shown}: not done in ${timeout} s`);
  if (check && exitCode !== 0) throw new Error(`${shown}: exit code ${exitCode}\n${stdout}\n${stderr}`);
  return { stdout, stderr, exitCode };
}
