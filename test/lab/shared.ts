import { cacheDir, withLock } from './cache.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from './hypervisor.ts';
import type { Release } from './packages.ts';
import { WORKERS, worker } from './workers.ts';

const RELEASES: readonly Release[] = [12, 13];

// Two checkouts whose tests run at once have one each, and so have the workers of a run.
const nameOf = (release: Release, number: number) =>
  `${process.env.PIECEWISE_SHARED || 'shared'}${release}-${number}`;

/** The names of all that tests may have started. */
export const sharedNames = (): string[] =>
  RELEASES.flatMap((release) => Array.from({ length: WORKERS }, (_, i) => nameOf(release, i + 1)));

/** The name of this worker's hypervisor of that release. */
export const sharedName = (release: Release = 12): string => nameOf(release, worker());

/**
 * The one hypervisor of that release that all test files of a worker share: started by the first that asks, ended
 * by `main.ts clean` after the last. Guest templates that tests keep across runs are at /srv/templates.
 */
export function sharedHypervisor(release: Release = 12): Promise<Hypervisor> {
  const name = sharedName(release);
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
