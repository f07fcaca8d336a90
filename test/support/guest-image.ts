import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { builtTemplates, keptAs, recipeOf } from './templates.ts';

const NAME = 'debian-12.qcow2';

/**
 * An image of Debian 12 with cloud-init and SSH, as the role `image` builds it, in the shared hypervisor: from the cache, or
 * built there, so that the role finds it where the cache is shown to it.
 * @returns its path inside
 */
export async function guestImage(hypervisor: Hypervisor): Promise<string> {
  const host = builtTemplates();
  const path = `/srv/templates/${basename(host)}/${NAME}`;
  await withLock(`image-${basename(host)}`, async () => {
    if (existsSync(join(host, NAME))) return;
    // The suite is the hypervisor's own, as in the example inventory.
    const recipe = recipeOf('-');
    await hypervisor.exec(['sh', '-s', '--', join(dirname(path), keptAs(recipe)), ...recipe], {
      input: readFileSync(join(ROOT, 'roles/image/files/build-image.sh'), 'utf8'),
      timeout: 1200,
    });
    rmSync(join(host, NAME), { force: true });
    symlinkSync(keptAs(recipe), join(host, NAME));
  });
  return path;
}
