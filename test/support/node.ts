import { existsSync } from 'node:fs';
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDir, withLock } from '../lab/cache.ts';
import { stage } from '../lab/stage.ts';

/**
 * The Node.js of a major version for this machine, as npm has it: from the cache, or fetched once.
 * @returns the program's path
 */
export async function nodeOf(major: number): Promise<string> {
  // What the package `node` would install by a script of its own.
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(cacheDir('node'), `${name}-${major}`);
  await withLock(`node-${major}`, async () => {
    if (!existsSync(program))
      await stage(`fetch ${name}@${major}`, () => fetch(`${name}@${major}`, name, program));
  });
  return program;
}

async function fetch(spec: string, name: string, program: string): Promise<void> {
  const place = `${program}.new`;
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await execa('npm', ['install', '--prefix', place, '--ignore-scripts', ...quiet, spec], {
      cwd: cacheDir(),
    });
    const made = join(place, 'program');
    await copyFile(join(place, 'node_modules', name, 'bin', 'node'), made);
    await chmod(made, 0o755);
    // It appears when it is complete.
    await rename(made, program);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
