import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { COPIED } from '../../build/collection.ts';
import { ROOT } from '../../build/modules.ts';
import { trackedFiles } from '../../build/tracked.ts';
import { withLock } from '../lab/cache.ts';

// What the collection is made of.
const SOURCES = ['build', 'changelogs', 'modules', 'picture', 'package.json', 'package-lock.json', ...COPIED];

// Set for the processes of a run whose collection was built.
const BUILT = 'PIECEWISE_BUILT';

const STAMP = join(ROOT, 'dist', '.sources');

// Not what is ignored: Python may compile a plugin beside it at any moment.
function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const file of trackedFiles(...SOURCES).sort())
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/**
 * Builds the collection into `dist`, unless it is there as the sources are: another test file may be using it at this
 * moment. In a run of `npm test` it was built before the first of them.
 */
export async function buildCollection(): Promise<void> {
  if (process.env[BUILT]) return;
  await withLock('collection', async () => {
    const digest = digestOfSources();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
    await execa('npm', ['run', '--silent', 'build'], { cwd: ROOT });
    writeFileSync(STAMP, digest);
  });
}

/** Builds the collection for all test files that this process has run. */
export async function buildForAll(): Promise<void> {
  await buildCollection();
  process.env[BUILT] = '1';
}
