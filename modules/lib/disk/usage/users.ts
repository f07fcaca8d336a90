import type { Host } from '../../host/host.ts';

/** The overlays that were found on a host. */
export interface Overlays {
  /** The paths of overlays by the path of the file that they need. Links are followed in both. */
  readonly byBacking: ReadonlyMap<string, readonly string[]>;
  /** Overlays whose chain is not known to its end. Each may need any file. */
  readonly unknown: readonly string[];
}

/** Who uses a file. */
export interface Users<Disk> {
  /** The guests' disks that are this file. */
  readonly disks: readonly Disk[];
  /** The overlays that need it. */
  readonly overlays: readonly string[];
}

/** The path that links lead to; a path that doesn't exist stays as it is. */
export const resolve = async (host: Host, path: string): Promise<string> =>
  (await host.realPath(path)) ?? path;

/** The overlays that need a file, and those that may need it, sorted. */
export async function possibleOverlays(host: Host, path: string, found: Overlays): Promise<string[]> {
  const { overlays } = await usersOf(host, path, [], found);
  return [...new Set([...overlays, ...found.unknown])].sort();
}

/**
 * Says which disks of guests, and which overlays, use a file.
 * @param path links are followed
 * @param disks the disks of guests, each with its path after links
 */
export async function usersOf<Disk extends { readonly path: string }>(
  host: Host,
  path: string,
  disks: readonly Disk[],
  { byBacking }: Pick<Overlays, 'byBacking'> = { byBacking: new Map() },
): Promise<Users<Disk>> {
  const real = await resolve(host, path);
  return { disks: disks.filter((disk) => disk.path === real), overlays: byBacking.get(real) ?? [] };
}
