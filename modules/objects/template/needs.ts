import type { Overlays } from '../../lib/disk/usage/overlays.ts';
import type { Host } from '../../lib/host/host.ts';

/** The disks that may need a file: its overlays, and those whose image is unknown. */
export async function mayNeed(host: Host, path: string, { byBacking, unknown }: Overlays): Promise<string[]> {
  const overlays = byBacking.get((await host.realPath(path)) ?? path) ?? [];
  return [...new Set([...overlays, ...unknown])].sort();
}
