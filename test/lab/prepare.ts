import type { Kind, Release } from './packages.ts';
import { ensureRoot } from './root.ts';

// What tests boot or run programs in, the first to be needed first.
const ROOTS: readonly (readonly [Release, Kind])[] = [
  [13, 'controller'],
  [12, 'hypervisor'],
  [13, 'hypervisor'],
  [12, 'bare'],
  [12, 'controller'],
  [12, 'stranger'],
  [13, 'stranger'],
];

/** Builds the roots that the cache lacks: some minutes on a machine that never ran tests. */
export async function prepareRoots(): Promise<void> {
  for (const [release, kind] of ROOTS) await ensureRoot(release, kind);
}
