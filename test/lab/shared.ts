import { cacheDir, withLock } from './cache.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from './hypervisor.ts';
import type { Release } from './packages.ts';

const RELEASES: readonly Release[] = [12, 13];

// Two checkouts whose tests run at once have one each.
const nameOf = (release: Release) => `${process.env.PIECEWISE_SHARED || 'shared'}${release}`;

/** The names of all that tests may have started. */
export const sharedNames = (): string[] => RELEASES.map(nameOf);

/**
 * The one hypervisor of that release that all test files of a run share: started by the first that asks, ended
 * by `main.ts clean` after the last. Guest templates that tests keep across runs are at /srv/templates.
 */
export function sharedHypervisor(release: Release = 12): Promise<Hypervisor> {
  const name = nameOf(release);
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
