import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { realHost } from '../../../modules/lib/host/real.ts';

const directory = mkdtempSync(join(tmpdir(), 'piecewise-wait-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('reads the end of a file that grows, and its age', async () => {
  const path = join(directory, 'log');
  writeFileSync(path, 'one two');
  utimesSync(path, 0, Date.now() / 1000 - 60);
  const end = await realHost.readEnd(path, 3);
  expect(Buffer.from(end?.bytes ?? []).toString()).toBe('two');
  expect(end?.age).toBeGreaterThan(59_000);
  appendFileSync(path, '!');
  expect(Buffer.from((await realHost.readEnd(path, 100))?.bytes ?? []).toString()).toBe('one two!');
});

it('waits for no pipe, and has nothing of what is no file', async () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, directory, join(directory, 'missing')])
    expect(await realHost.readEnd(path, 10)).toBeUndefined();
});

it('knows whether a port answers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await realHost.answers('127.0.0.1', port, 5000)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await realHost.answers('127.0.0.1', port, 5000)).toBe(false);
});
