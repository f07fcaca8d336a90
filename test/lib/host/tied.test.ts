import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A process that starts a program which is tied to it, and is killed itself.

let directory: string;
const file = (name: string) => join(directory, name);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'piecewise-tied-'));
  // It says that it was asked, and asks for the tie when it is told to.
  const slow = `#!/bin/sh\ntouch ${file('asked')}\nuntil test -e ${file('go')}; do sleep 0.05; done\nexec ${'/usr/bin/setpriv'} "$@"\n`;
  writeFileSync(file('setpriv'), slow, { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Starts a parent whose program notes its own ID, and works for long. */
function startParent(path: string): ChildProcess {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `import { spawnTied } from './tied.ts'; spawnTied('sh', ['-c', ${JSON.stringify(
        `echo $$ >${file('new')}; mv ${file('new')} ${file('pid')}; exec sleep 30`,
      )}], { input: false });`,
      resolveDir: 'modules/lib/host',
    },
    ...{ bundle: true, platform: 'node', format: 'cjs', write: false },
  });
  const script = outputFiles[0]?.text ?? '';
  return spawn(process.execPath, ['-e', script], { env: { ...process.env, PATH: path }, stdio: 'inherit' });
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a program that is tied to the process that starts it', () => {
  it('ends when that is killed', async () => {
    const parent = startParent(process.env.PATH ?? '');
    await expect.poll(() => existsSync(file('pid')), { timeout: 10_000 }).toBe(true);
    const pid = Number(readFileSync(file('pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    rmSync(file('pid'));
  });

  it('does not begin when that was killed before', async () => {
    const parent = startParent(`${directory}:${process.env.PATH}`);
    await expect.poll(() => existsSync(file('asked')), { timeout: 10_000 }).toBe(true);
    const ended = new Promise((resolve) => parent.once('exit', resolve));
    parent.kill('SIGKILL');
    await ended;
    writeFileSync(file('go'), '');
    // Long enough for a program that begins at once.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(existsSync(file('pid'))).toBe(false);
  });
});
