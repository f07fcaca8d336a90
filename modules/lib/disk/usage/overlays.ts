import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { qcow2Of } from '../formats/qcow2.ts';
import { isBlockDevice, readHead } from '../image/inspect.ts';
import { referencesOf } from '../image/references.ts';
import { declaredFormats } from './declared-formats.ts';
import { guestDisks } from './guests.ts';
import type { Overlays } from './users.ts';

/** Where libvirt keeps disks unless it is told otherwise. */
const USUAL = '/var/lib/libvirt';

/** Whether a file is where overlays are looked for anyway. */
export const isSearched = (path: string): boolean => path.startsWith(`${USUAL}/`);

/**
 * Looks for the overlays on this host. What a disk says of itself only counts for keeping others: a guest may have
 * written it.
 * @param places directories to look in, beside libvirt's own and the disks of its guests wherever they are
 */
export async function findOverlays(host: Host, places: readonly string[]): Promise<Overlays> {
  const formats = await knownFormats(host);
  const listed = [...(await filesBelow(host, [...new Set([USUAL, ...places])])), ...formats.keys()];
  const waiting: { path: string; format?: string | undefined }[] = listed.map((path) => ({ path }));
  const read = new Set<string>();
  const found = new Map<string, Set<string>>();
  const open: { readonly disk: string; readonly backing: string }[] = [];
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    const disk = await host.realPath(file.path);
    if (disk === undefined || read.has(disk) || !mayBeOverlay(formats.get(disk), file.format)) continue;
    if (!(await isStorage(host, disk))) continue;
    read.add(disk);
    const header = qcow2Of(await readHead(host, disk));
    for (const { path, format } of header ? referencesOf({ path: disk, format: 'qcow2', ...header }) : []) {
      const backing = path && (await host.realPath(path));
      if (!backing || backing === disk) continue;
      found.set(backing, (found.get(backing) ?? new Set()).add(disk));
      // A file elsewhere is only read where its format is written down.
      if (format === undefined && (await isStorage(host, backing))) open.push({ disk, backing });
      else if (format !== undefined) waiting.push({ path: backing, format });
    }
  }
  const unknown = open.filter(({ backing }) => !read.has(backing) && !formats.has(backing));
  return {
    byBacking: new Map([...found].map(([backing, disks]) => [backing, [...disks].sort()])),
    unknown: [...new Set(unknown.map(({ disk }) => disk))].sort(),
  };
}

// Guests and the task know whether a file may be an overlay; of other files the content decides.
const mayBeOverlay = (known: ReadonlySet<string> | undefined, written: string | undefined) =>
  known ? known.has('qcow2') : written === undefined || written === 'qcow2';

// What guests and the task say of the formats of disks.
async function knownFormats(host: Host): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const formats = new Map<string, Set<string>>();
  for (const { path, format } of await guestDisks(host)) {
    formats.set(path, (formats.get(path) ?? new Set()).add(format));
  }
  for (const [path, format] of declaredFormats(host)) {
    if (!formats.has(path)) formats.set(path, new Set([format]));
  }
  return formats;
}

async function isStorage(host: Host, path: string): Promise<boolean> {
  const kind = (await host.stat(path))?.kind;
  return kind === 'file' || (kind === 'other' && (await isBlockDevice(host, path)));
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
