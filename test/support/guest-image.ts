import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { runModule } from './module.ts';
import { builtIn, builtTemplates, linkImages } from './templates.ts';

const NAME = 'debian-12.qcow2';

/**
 * An image of Debian 12 with cloud-init and SSH in the shared hypervisor, as the module `image` builds it: from the cache, or
 * built there, so that the role finds it where the cache is shown to it.
 * @returns its path inside
 */
export async function guestImage(hypervisor: Hypervisor): Promise<string> {
  const host = builtTemplates();
  const built = builtIn(host);
  await withLock(`image-${basename(host)}`, async () => {
    if (!existsSync(built)) await build(hypervisor, host);
    rmSync(join(host, NAME), { force: true });
    symlinkSync(relative(host, built), join(host, NAME));
  });
  return `/srv/templates/${basename(host)}/${NAME}`;
}

// In a directory of its own: the module would remove what else is in the cache, which no name leads to.
async function build(hypervisor: Hypervisor, host: string): Promise<void> {
  const own = `${host}-building`;
  // The suite is the hypervisor's own, as in the example inventory.
  const args = { name: NAME, debootstrap: {}, directory: `/srv/templates/${basename(own)}` };
  const result = await runModule(hypervisor, 'image', args, { timeout: 1200 });
  if (result.failed) throw new Error(`no image for guests: ${result.msg}`);
  linkImages(own, host);
  rmSync(own, { recursive: true });
}
