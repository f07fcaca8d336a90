import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheDir } from '../lab/cache.ts';

/**
 * The collections in Debian's package `ansible`, unpacked beside the lab's caches and not installed.
 * @returns a directory for ANSIBLE_COLLECTIONS_PATH
 */
export async function debianCollections(): Promise<string> {
  const target = join(cacheDir('bench'), 'ansible');
  if (!existsSync(target)) {
    const work = mkdtempSync(join(cacheDir('bench'), 'work-'));
    try {
      await execa('apt-get', ['download', 'ansible'], { cwd: work });
      const [deb = ''] = readdirSync(work).filter((name) => name.endsWith('.deb'));
      await execa('dpkg-deb', ['-x', join(work, deb), join(work, 'root')]);
      renameSync(join(work, 'root'), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return join(target, 'usr/lib/python3/dist-packages');
}
