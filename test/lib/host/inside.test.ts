import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realHost as host } from '../../../modules/lib/host/real.ts';

// The root of a container belongs to its guest: whatever that puts there, a path inside it stays inside.

let top: string;
let root: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'piecewise-inside-'));
  root = join(top, 'root');
  mkdirSync(root);
  mkdirSync(join(top, 'outside'));
  writeFileSync(join(top, 'outside/file'), 'secret');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const OWNER = { mode: 0o640, uid: 300_000, gid: 300_001 };

it('writes a file and its directories with an owner', async () => {
  await host.writeInside(root, 'a/b/file', 'text', { ...OWNER, directoryMode: 0o750 });
  const seen = (path: string) => {
    const { mode, uid, gid } = statSync(join(root, path));
    return [mode & 0o777, uid, gid];
  };
  expect(['a', 'a/b', 'a/b/file'].map(seen)).toEqual([
    [0o750, 300_000, 300_001],
    [0o750, 300_000, 300_001],
    [0o640, 300_000, 300_001],
  ]);
  expect(await host.readInside(root, 'a/b/file')).toEqual({
    bytes: new Uint8Array(Buffer.from('text')),
    ...OWNER,
  });
});

it.each(['../outside', '/outside', '../../../../../..'])(
  'refuses a directory that is a link to %s',
  async (to) => {
    symlinkSync(to.startsWith('/') ? join(top, to) : to, join(root, 'seed'));
    await expect(host.writeInside(root, 'seed/file', 'ours', OWNER)).rejects.toThrow(
      /seed is not a directory/,
    );
    await expect(host.writeInside(root, 'seed/below/file', 'ours', OWNER)).rejects.toThrow(/not a directory/);
    await expect(host.readInside(root, 'seed/file')).rejects.toThrow(/not a directory/);
    await expect(host.removeInside(root, 'seed/file')).rejects.toThrow(/not a directory/);
    expect(readFileSync(join(top, 'outside/file'), 'utf8')).toBe('secret');
  },
);

it('replaces a link by the file, and reads none', async () => {
  symlinkSync('../outside/file', join(root, 'file'));
  expect(await host.readInside(root, 'file')).toBe('other');
  await host.writeInside(root, 'file', 'ours', OWNER);
  expect(readFileSync(join(root, 'file'), 'utf8')).toBe('ours');
  expect(readFileSync(join(top, 'outside/file'), 'utf8')).toBe('secret');
});

it('does not wait for a pipe, nor read a file without end', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')]);
  execFileSync('truncate', ['-s', '1T', join(root, 'large')]);
  expect(await host.readInside(root, 'pipe')).toBe('other');
  expect(await host.readInside(root, 'large')).toBe('other');
  writeFileSync(join(root, 'small'), '12345');
  expect(await host.readInside(root, 'small', 4)).toBe('other');
  expect(await host.readInside(root, 'small', 5)).toMatchObject({
    bytes: new Uint8Array(Buffer.from('12345')),
  });
});

it.each(['../outside/file', '/etc/passwd', 'a/../../b', 'a//b', '', '.'])(
  "refuses the path '%s'",
  async (path) => {
    await expect(host.writeInside(root, path, 'ours', OWNER)).rejects.toThrow(/is not a path inside/);
  },
);

it('says undefined where there is nothing, and removes only what there is', async () => {
  expect(await host.readInside(root, 'a/b')).toBeUndefined();
  expect(await host.readInside(join(top, 'none'), 'a')).toBeUndefined();
  await host.removeInside(root, 'a/b');
  await host.writeInside(root, 'a/b', 'ours', OWNER);
  await host.removeInside(root, 'a/b');
  expect(await host.readInside(root, 'a/b')).toBeUndefined();
});

it('refuses a root that is a link', async () => {
  symlinkSync('outside', join(top, 'link'));
  await expect(host.writeInside(join(top, 'link'), 'file', 'ours', OWNER)).rejects.toThrow(
    /is not a directory/,
  );
});
