import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { withFileLock } from '../../../modules/lib/host/lock.ts';
import { runProcess } from '../../../modules/lib/host/process.ts';

const directory = mkdtempSync(join(tmpdir(), 'piecewise-lock-'));
afterAll(() => rmSync(directory, { recursive: true }));
const lock = (name: string) => join(directory, name);

/** Whether a shell gets the lock at once. */
const isFree = async (path: string) => (await runProcess('flock', ['--nonblock', path, 'true'])).code === 0;

test('whoever wants it waits until the other is done, also when that fails', async () => {
  const path = lock('one');
  const said: string[] = [];
  const act = (name: string) => async () => {
    said.push(`${name} begins`);
    await sleep(50);
    said.push(`${name} ends`);
    throw new Error(name);
  };
  await Promise.allSettled(['a', 'b'].map((name) => withFileLock(path, 10, act(name))));
  const [first = '', , second = ''] = said.map((line) => line.slice(0, 1));
  expect(said).toEqual([first, second].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(new Set([first, second])).toEqual(new Set(['a', 'b']));
  expect(await isFree(path)).toBe(true);
  await expect(withFileLock(path, 10, act('c'))).rejects.toThrow('c');
});

test('it is held against a shell, given back, and only root can take it', async () => {
  const path = lock('shell');
  expect(await withFileLock(path, 10, () => isFree(path))).toBe(false);
  expect(await isFree(path)).toBe(true);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('one that is not free in time is an error that says so, and nothing is done', async () => {
  const path = lock('busy');
  const holder = spawn('flock', [path, 'sh', '-c', 'echo; exec cat']);
  await once(holder.stdout, 'data');
  let done = false;
  const attempt = withFileLock(path, 0.1, async () => {
    done = true;
  });
  await expect(attempt).rejects.toThrow(`another process has held ${path} for 0.1 s`);
  expect(done).toBe(false);
  holder.stdin.end();
  await once(holder, 'close');
});

test('it is free when its holder is killed', async () => {
  const path = lock('killed');
  const source = `import { withFileLock } from './modules/lib/host/lock.ts';
    await withFileLock(${JSON.stringify(path)}, 10, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1e6); }));`;
  const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source]);
  await once(holder.stdout, 'data');
  expect(await isFree(path)).toBe(false);
  holder.kill('SIGKILL');
  await withFileLock(path, 10, async () => undefined);
});

test('one that cannot be made is an error that names it', async () => {
  const path = join(directory, 'nowhere', 'lock');
  await expect(withFileLock(path, 1, async () => undefined)).rejects.toThrow(
    `${path}: its directory doesn't exist`,
  );
});
