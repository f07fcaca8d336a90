import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The lab's cache directory, outside the checkout: `$PIECEWISE_CACHE`, else `$XDG_CACHE_HOME/piecewise-cloud`,
 * else `~/.cache/piecewise-cloud`. With names, the directory of that path below it. It exists on return.
 */
export function cacheDir(...names: string[]): string {
  const { PIECEWISE_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  const top = own || path.join(xdg || path.join(homedir(), '.cache'), 'piecewise-cloud');
  const directory = path.resolve(top, ...names);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/**
 * Runs `action` while no other process of the lab holds the lock `name`.
 * The lock is flock(1)'s, held by a child that ends with its input, so a crash of ours frees it.
 */
export async function withLock<T>(name: string, action: () => Promise<T>): Promise<T> {
  const file = path.join(cacheDir('locks'), name);
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A session of its own: Ctrl-C must not free the lock before our own cleaning is done.
    detached: true,
  });
  await once(holder.stdout, 'data');
  try {
    return await action();
  } finally {
    const ended = once(holder, 'exit');
    holder.stdin.end();
    await ended;
  }
}
