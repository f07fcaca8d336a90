import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../failure.ts';
import { notInstalled } from './process.ts';

// flock(1)'s exit code when it had to wait too long.
const BUSY = 75;

// The lock is that of a child which ends with its standard input: with us, however we end. Only root may hold it.
const HOLD = `umask 077; exec flock --no-fork --timeout "$1" --conflict-exit-code ${BUSY} "$2" sh -c 'echo held; exec cat'`;

/** Does something while it holds a lock, which a shell takes by flock(1); see Host.withLock. */
export async function withFileLock<T>(path: string, seconds: number, act: () => Promise<T>): Promise<T> {
  // In a session of its own: the end of a terminal is no reason to let go.
  const child = spawn('sh', ['-c', HOLD, 'sh', String(seconds), path], { detached: true });
  child.stdin.on('error', () => undefined);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'close');
  const held = once(child.stdout, 'data').then(() => true);
  try {
    if (!(await Promise.race([held, ended.then(() => false)]))) {
      if (child.exitCode === 127) throw notInstalled('flock');
      const busy = `another process has held ${path} for ${seconds} s: run the task again when it has ended`;
      throw new Failure(child.exitCode === BUSY ? busy : `${path} can't be locked: ${said.trim()}`);
    }
    return await act();
  } finally {
    child.stdin.end();
    await ended;
  }
}
