import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../build/modules.ts';

// A process of its own each time, since the code is kept when the process ends. Run as root, as modules are.

const SCRIPT = `
  import { createRequire } from 'node:module';
  import { evaluate } from '${ROOT}/modules/lib/ansible/start.ts';
  const [directory, text, digest, code] = process.argv.slice(1);
  const value = evaluate({ name: 'some', text, digest }, createRequire(import.meta.url), directory);
  process.stdout.write(String(value));
  process.exitCode = Number(code);
`;

const directories: string[] = [];
const newDirectory = () => {
  const directory = mkdtempSync(join(tmpdir(), 'piecewise-code-'));
  directories.push(directory);
  return directory;
};

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

async function run(directory: string, text: string, digest = '1', code = 0): Promise<string> {
  const args = [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    SCRIPT,
    directory,
    text,
    digest,
    String(code),
  ];
  const { stdout } = await execa(process.execPath, args, { cwd: ROOT, reject: code === 0 });
  return stdout;
}

const returning = (word: string) => `(() => { const f = () => '${word}'; return f(); })`;

const fileOf = (directory: string, digest = '1') => join(directory, `some-${digest}-${process.version}`);

// V8 tells one code from another by its length, so this is what a cache of other code looks like to it.
async function plant(file: string): Promise<void> {
  const elsewhere = newDirectory();
  await run(elsewhere, returning('evil'));
  copyFileSync(fileOf(elsewhere), file);
}

describe('evaluate', () => {
  it('keeps the compiled code for root alone, and takes it the next time', async () => {
    const directory = newDirectory();
    expect(await run(directory, returning('good'))).toBe('good');
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
    await plant(fileOf(directory));
    chmodSync(fileOf(directory), 0o600);
    expect(await run(directory, returning('good'))).toBe('evil');
  });

  it('uses none that others could have written, and writes its own', async () => {
    const directory = newDirectory();
    await plant(fileOf(directory));
    chmodSync(fileOf(directory), 0o666);
    expect(await run(directory, returning('good'))).toBe('good');
    expect(await run(directory, returning('good'))).toBe('good');
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
  });

  it('runs the code itself where the cache is damaged, and replaces it', async () => {
    const directory = newDirectory();
    writeFileSync(fileOf(directory), 'not what V8 wrote', { mode: 0o600 });
    expect(await run(directory, returning('good'))).toBe('good');
    expect(statSync(fileOf(directory)).size).toBeGreaterThan(100);
  });

  // V8 itself takes code that is damaged behind its header, and ends the process.
  it.each([0.1, 0.5, 0.9])('runs the code itself where the cache is damaged at %f of it', async (at) => {
    const directory = newDirectory();
    await run(directory, returning('good'));
    const whole = readFileSync(fileOf(directory));
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, Math.floor(damaged.length * at), Math.floor(damaged.length * at) + 64);
    writeFileSync(fileOf(directory), damaged);
    expect(await run(directory, returning('good'))).toBe('good');
    expect(readFileSync(fileOf(directory)).equals(damaged)).toBe(false);
    // And what has only its beginning, of a process that was killed as it wrote it.
    writeFileSync(fileOf(directory), whole.subarray(0, Math.floor(whole.length * at)));
    expect(await run(directory, returning('good'))).toBe('good');
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('runs the code itself where the file is empty', async () => {
    const directory = newDirectory();
    writeFileSync(fileOf(directory), '', { mode: 0o600 });
    expect(await run(directory, returning('good'))).toBe('good');
    expect(statSync(fileOf(directory)).size).toBeGreaterThan(100);
  });

  it('uses no more room than allowed, and removes files of others', async () => {
    const directory = newDirectory();
    const size = 24 * 1024 ** 2;
    // The oldest first; what a killed run of an earlier release has left; and of this module.
    for (const [i, name] of [
      'a-1-v1',
      'b-1-v1',
      'c-1-v1.0123456789abcdef',
      'some-0-v1.0123456789abcdef',
    ].entries()) {
      const file = join(directory, name);
      writeFileSync(file, '');
      truncateSync(file, i < 3 ? size : 1);
      utimesSync(file, 1000 + i, 1000 + i);
    }
    await run(directory, returning('good'));
    expect(readdirSync(directory).sort()).toEqual([
      'b-1-v1',
      'c-1-v1.0123456789abcdef',
      `some-1-${process.version}`,
    ]);
  });

  it('keeps the newest code only, and none of a run that failed', async () => {
    const directory = newDirectory();
    await run(directory, returning('good'), '1', 1);
    expect(readdirSync(directory)).toEqual([]);
    await run(directory, returning('good'), '1');
    await run(directory, returning('new'), '2');
    expect(readdirSync(directory).map((name) => join(directory, name))).toEqual([fileOf(directory, '2')]);
  });

  it('runs the code where nothing can be kept', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(await run(file, returning('good'))).toBe('good');
  });
});
