import { Failure } from '../failure.ts';
import type { WatchOptions } from './host.ts';
import { notInstalled, reasonOf } from './process.ts';
import { spawnTied } from './tied.ts';

/** Characters of stderr that are kept: more than anyone reads. */
const MAX_STDERR = 65_536;

const NOT_FOUND = 127;
const ENDED_BY_SIGNAL = 255;

/** Milliseconds that a program has to end when it is told to. */
const PATIENCE = 5000;

/** Does something while a program runs; see Host.runWhile. */
export async function runProcessWhile<T>(
  program: string,
  args: readonly string[],
  act: (ended: Promise<never>) => Promise<T>,
): Promise<T> {
  const child = spawnTied(program, args, { input: false });
  let stderr = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < MAX_STDERR) stderr += text;
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const ended = closed.then((): never => {
    const code = child.exitCode ?? ENDED_BY_SIGNAL;
    throw code === NOT_FOUND ? notInstalled(program) : new Failure(reasonOf(program, stderr, code));
  });
  // Whether anybody waits for it is for the caller to decide.
  ended.catch(() => undefined);
  try {
    return await act(ended);
  } finally {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await closed;
    clearTimeout(late);
  }
}

/** Runs a program that prints its progress; see Host.watch. */
export function watchProcess(
  program: string,
  args: readonly string[],
  { what, silence, heard }: WatchOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawnTied(program, args, { input: false });
    const timer = setTimeout(() => {
      // A process that waits for storage that hangs may not end even when it is killed: don't wait for it.
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new Failure(`${what}: ${program} made no progress for ${silence / 1000} s: check its storage`));
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
