import { dirname, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { guestDisks } from './guests.ts';
import { headOf } from './image.ts';
import { qcow2Of } from './kind.ts';

/** Where libvirt keeps disks unless it is told otherwise. */
const USUAL = '/var/lib/libvirt';

/** Whether a file is where overlays are looked for anyway. */
export const isUsual = (path: string): boolean => path.startsWith(`${USUAL}/`);

/**
 * The path in what a qcow2 says of its backing file: a path, or a description of one as JSON (qemu(1), "json:").
 * @returns undefined where that is no file of this host, but a server's
 */
export function pathIn(backing: string): string | undefined {
  if (!backing.startsWith('json:')) {
    const plain = backing.replace(/^file:/, '');
    return /^[a-z][a-z0-9+.-]*:/.test(plain) && plain === backing ? undefined : plain;
  }
  try {
    return filenameIn(JSON.parse(backing.slice(5)));
  } catch {
    return undefined;
  }
}

// A node of a format has the file that it is in as a node of its own, however many there are in each other.
function filenameIn(described: unknown): string | undefined {
  if (typeof described !== 'object' || described === null) return undefined;
  for (const [key, value] of Object.entries(described)) {
    if (/^(file\.)*filename$/.test(key) && typeof value === 'string') return value;
  }
  return filenameIn((described as Record<string, unknown>).file);
}

/** The file that a disk is an overlay of, wherever links lead. @returns undefined for none that is there */
async function backingOf(host: Host, disk: string): Promise<string | undefined> {
  const backing = qcow2Of(await headOf(host, disk))?.backing;
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
  const waiting = [
    ...(await filesBelow(host, [...new Set([USUAL, ...places])])),
    ...(await guestDisks(host)).map(({ path }) => path),
  ];
  const seen = new Set<string>();
  const found = new Map<string, string[]>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const disk = await host.realPath(path);
    if (disk === undefined || seen.has(disk)) continue;
    seen.add(disk);
    const backing = await backingOf(host, disk);
    if (backing === undefined) continue;
    found.set(backing, [...(found.get(backing) ?? []), disk].sort());
    waiting.push(backing);
  }
  return found;
}

// Links are followed: where there is much to keep, its directory is often one. What can't be looked at may be an
// overlay, and what it is of would be taken for unneeded.
async function filesBelow(host: Host, roots: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await host.run('find', ['-L', ...roots, '-type', 'f', '-size', '+0', '-print0']);
  // A file that vanished meanwhile is none, nor is a link that leads to itself or to a directory above it.
  const problem = stderr
    .split('\n')
    .find(
      (line) =>
        line &&
        !/No such file or directory$|Too many levels of symbolic links$|File system loop detected/.test(line),
    );
  if (problem)
    throw new Failure(`not every disk can be looked at, so what they need isn't known: ${problem}`);
  const files = stdout.split('\0').filter(Boolean);
  const unnamed = files.find((path) => path.includes('\ufffd'));
  if (unnamed === undefined || (await host.stat(unnamed))) return files;
  throw new Failure(`${unnamed}: its name is no UTF-8, so it can't be looked at: rename it, or move it away`);
}
