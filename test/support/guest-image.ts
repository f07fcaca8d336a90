import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { runModule } from './module.ts';
import { builtIn, builtTemplates, linkImages } from './templates.ts';

/** Debian's suites by its releases; that of a hypervisor of Debian 12 needs no name, as in the example inventory. */
const SUITES = { 12: undefined, 13: 'trixie' } as const;

/**
 * An image of Debian with cloud-init and SSH in the shared hypervisor, as the module `image` builds it: from the cache, or
 * built there, so that the role finds it where the cache is shown to it.
 * @param release the guest's; the hypervisor's is Debian 12
 * @returns its path inside
 */
export async function guestImage(hypervisor: Hypervisor, release: 12 | 13 = 12): Promise<string> {
  const name = `debian-${release}.qcow2`;
  const suite = SUITES[release];
  const host = builtTemplates();
  const built = builtIn(host, suite);
  await withLock(`image-${basename(host)}`, async () => {
    if (!existsSync(built)) await build(hypervisor, host, name, suite);
    rmSync(join(host, name), { force: true });
    symlinkSync(relative(host, built), join(host, name));
  });
  return `/srv/templates/${basename(host)}/${name}`;
}

// In a directory of its own: the module would remove what else is in the cache, which no name leads to.
async function build(hypervisor: Hypervisor, host: string, name: string, suite?: string): Promise<void> {
  const own = `${host}-building`;
  const args = { name, debootstrap: { suite }, directory: `/srv/templates/${basename(own)}` };
  const result = await runModule(hypervisor, 'image', args, { timeout: 1200 });
  if (result.failed) throw new Error(`no image for guests: ${result.msg}`);
  linkImages(own, host);
  rmSync(own, { recursive: true });
}
