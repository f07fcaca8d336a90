import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { Failure } from '../failure.ts';
import { named } from './errors.ts';
import { notInstalled } from './process.ts';
import { openItself } from './temporary.ts';

// flock(1)'s exit code when it had to wait too long.
const BUSY = 75;

// The lock is that of a child which ends with its standard input: with us, however we end.
const HOLD = `flock --timeout "$1" --conflict-exit-code ${BUSY} 3 && echo held && exec cat`;

const { O_CREAT, O_RDWR } = constants;

// The file is opened here, where no symbolic link is followed. Only root may hold it.
async function holder(
  path: string,
  seconds: number,
): Promise<ChildProcessByStdio<Writable, Readable, Readable>> {
  const file = await named(path, () => openItself(path, O_RDWR | O_CREAT, 0o600));
  try {
    // In a session of its own: the end of a terminal is no reason to let go.
    return spawn('sh', ['-c', HOLD, 'sh', String(seconds)], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', file.fd],
    }) as unknown as ChildProcessByStdio<Writable, Readable, Readable>;
  } finally {
    await file.close();
  }
}

/** Does something while it holds a lock, which a shell takes by flock(1); see Host.withLock. */
export async function withFileLock<T>(path: string, seconds: number, act: () => Promise<T>): Promise<T> {
  const child = await holder(path, seconds);
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
