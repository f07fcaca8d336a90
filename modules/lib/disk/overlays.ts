import { dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { guestDisks } from './guests.ts';
import { HEAD, qcow2Of } from './kind.ts';

/** Where libvirt keeps disks unless it is told otherwise. */
const USUAL = '/var/lib/libvirt';

// A backing file is a path, or a description of one as JSON (QEMU's docs, "Disk image file locking", json: pseudo-protocol).
function pathIn(backing: string): string | undefined {
  if (!backing.startsWith('json:')) return backing.replace(/^file:/, '');
  try {
    const described = JSON.parse(backing.slice(5)) as Record<string, unknown>;
    const file = described.file as Record<string, unknown> | undefined;
    const named = described['file.filename'] ?? described.filename ?? file?.filename;
    return typeof named === 'string' ? named : undefined;
  } catch {
    return undefined;
  }
}

/** The file that a disk is an overlay of, wherever links lead. @returns undefined for none that is there */
export async function backingOf(host: Host, disk: string): Promise<string | undefined> {
  const head = await host.readStart(disk, HEAD);
  const backing = head && qcow2Of(head)?.backing;
  const path = backing && pathIn(backing);
  return path ? host.realPath(resolve(dirname(disk), path)) : undefined;
}

/**
 * The overlays on this host, by the file that they are of.
 * @param places directories to look in, beside libvirt's own and the disks of its guests wherever they are
 */
export async function overlaysByBacking(
  host: Host,
  places: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const roots = [...new Set([USUAL, ...places])];
  const { stdout } = await host.run('find', [...roots, '-type', 'f', '-size', '+0', '-print0']);
  const waiting = [
    ...stdout.split('\0').filter(Boolean),
    ...(await guestDisks(host)).map(({ path }) => path),
  ];
  const seen = new Set<string>();
  const found = new Map<string, string[]>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const backing = await backingOf(host, path);
    if (backing === undefined) continue;
    found.set(backing, [...(found.get(backing) ?? []), path].sort());
    waiting.push(backing);
  }
  return found;
}
