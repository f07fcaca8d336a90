import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../../build/modules.ts';
import { cacheDir } from '../lab/cache.ts';

/** The last commit in which a VM was four module calls of its role. */
export const FORMER = '5bb257e';

/**
 * The collection as it was at a commit, built in a clone beside the lab's caches.
 * @returns a directory for ANSIBLE_COLLECTIONS_PATH
 */
export async function formerCollection(commit = FORMER): Promise<string> {
  const target = join(cacheDir('bench'), commit);
  if (!existsSync(target)) {
    const work = `${target}.unfinished-${process.pid}`;
    await execa('git', ['clone', '--quiet', '--no-checkout', ROOT, work]);
    await execa('git', ['checkout', '--quiet', commit], { cwd: work });
    symlinkSync(join(ROOT, 'node_modules'), join(work, 'node_modules'));
    await execa('npx', ['tsx', 'build/main.ts'], { cwd: work });
    renameSync(work, target);
  }
  return join(target, 'dist');
}
