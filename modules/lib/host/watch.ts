import { spawn } from 'node:child_process';
import { Failure } from '../failure.ts';
import type { WatchOptions } from './host.ts';
import { notInstalled, reasonOf } from './process.ts';

/** More of what a program says than anybody wants to read. */
const MAX_STDERR = 65_536;

const NOT_FOUND = 127;
const ENDED_BY_SIGNAL = 255;

/** Runs a program that says how far it has come; see Host.watch. */
export function watchProcess(
  program: string,
  args: readonly string[],
  { what, silence, heard }: WatchOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node has no way to say that a child dies with its parent, and a killed module must leave no child at work.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    const timer = setTimeout(() => {
      // A process that waits for storage that hangs may not end even when it is killed: don't wait for it.
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      reject(
        new Failure(
          `${what}: ${program} came no further in ${silence / 1000} s: see whether its storage answers`,
        ),
      );
    }, silence);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MAX_STDERR) stderr += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      timer.refresh();
      heard(text);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Failure(`${program} can't be run: ${error.message}`));
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      const code = status ?? ENDED_BY_SIGNAL;
      if (code === 0) resolve();
      else
        reject(
          code === NOT_FOUND
            ? notInstalled(program)
            : new Failure(`${what}: ${reasonOf(program, stderr, code)}`),
        );
    });
  });
}
