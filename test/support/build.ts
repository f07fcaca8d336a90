import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { COPIED } from '../../build/collection.ts';
import { ROOT } from '../../build/modules.ts';
import { withLock } from '../lab/cache.ts';

// What the collection is made of.
const SOURCES = ['build', 'changelogs', 'modules', 'package.json', 'package-lock.json', ...COPIED];

const STAMP = join(ROOT, 'dist', '.sources');

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file))
      : [path];
    for (const file of files.filter((one) => statSync(one).isFile()).sort()) {
      hash.update(`${file}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/**
 * Builds the collection into `dist`, unless it is there as the sources are: another test file may be using it at this
 * moment.
 */
export function buildCollection(): Promise<void> {
  return withLock('collection', async () => {
    const digest = digestOfSources();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
    await execa('npm', ['run', '--silent', 'build'], { cwd: ROOT });
    writeFileSync(STAMP, digest);
  });
}
