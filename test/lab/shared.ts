import { cacheDir, withLock } from './cache.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from './hypervisor.ts';
import type { Release } from './packages.ts';

/**
 * The one hypervisor of that release that all test files of a run share: started by the first that asks, ended
 * by `main.ts clean` after the last. Guest templates that tests keep across runs are at /srv/templates.
 */
export function sharedHypervisor(release: Release = 12): Promise<Hypervisor> {
  const name = `shared${release}`;
  return withLock(name, async () => {
    const running = await findHypervisor(name);
    if (running) return running;
    return startHypervisor({
      name,
      release,
      binds: [{ host: cacheDir('templates'), guest: '/srv/templates' }],
    });
  });
}
