import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

// A killed module must leave no child running, and Node can't tie a child's life to its parent's: setpriv does. One whose
// parent has ended before setpriv asked for that would stay, so the shell looks, with setpriv's request in force.
const IF_PARENT_LIVES = '[ "$PPID" = "$0" ] && exec "$@"';

/** How a tied program is run. */
export interface TiedOptions {
  /** Whether it has an input; else it reads nothing. */
  readonly input: boolean;
  readonly cwd?: string;
}

/** A tied program, with an input. */
export type TiedWithInput = ChildProcessByStdio<Writable, Readable, Readable>;

/** A tied program, without an input. */
export type Tied = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Starts a program that ends when this process does, however that ends.
 * @returns the process; its exit code is 127 where the program isn't installed
 */
export function spawnTied(
  program: string,
  args: readonly string[],
  options: TiedOptions & { input: true },
): TiedWithInput;
export function spawnTied(
  program: string,
  args: readonly string[],
  options: TiedOptions & { input: false },
): Tied;
export function spawnTied(program: string, args: readonly string[], { input, cwd }: TiedOptions) {
  const command = ['sh', '-c', IF_PARENT_LIVES, String(process.pid), program, ...args];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    ...(cwd === undefined ? {} : { cwd }),
  });
}
