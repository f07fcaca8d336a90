import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { LOWEST } from '../../host/users.ts';
import { qcow2Of } from '../formats/qcow2.ts';
import { isBlockDevice, readHead } from '../image/inspect.ts';
import { referencesOf } from '../image/references.ts';
import { declaredFormats } from './declared-formats.ts';
import { type GuestDisk, guestDisks } from './guests.ts';
import type { Overlays } from './users.ts';

/** libvirt's default directory for disks. */
const LIBVIRT_DIRECTORY = '/var/lib/libvirt';

/** Whether a path is below the directory that is always searched for overlays. */
export const isSearched = (path: string): boolean => path.startsWith(`${LIBVIRT_DIRECTORY}/`);

/**
 * Finds the overlays on this host. A guest may have recorded the header of its disk, so the result may only be used to keep
 * files.
 * @param directories directories to search, in addition to libvirt's default and the disks of guests
 * @param disks the disks of guests, where they have been read
 */
export async function findOverlays(
  host: Host,
  directories: readonly string[],
  disks?: readonly GuestDisk[],
): Promise<Overlays> {
  const formats = knownFormats(host, disks ?? (await guestDisks(host)));
  const listed = [
    ...(await filesBelow(host, [...new Set([LIBVIRT_DIRECTORY, ...directories])])),
    ...formats.keys(),
  ];
  const queue: { path: string; format?: string | undefined }[] = listed.map((path) => ({ path }));
  const read = new Set<string>();
  const found = new Map<string, Set<string>>();
  const open: { readonly disk: string; readonly backing: string }[] = [];
  for (let file = queue.pop(); file; file = queue.pop()) {
    const disk = await host.realPath(file.path);
    if (disk === undefined || read.has(disk) || !mayBeOverlay(formats.get(disk), file.format)) continue;
    if (!(await isStorage(host, disk))) continue;
    read.add(disk);
    const header = qcow2Of(await readHead(host, disk));
    for (const { path, format } of header ? referencesOf({ path: disk, format: 'qcow2', ...header }) : []) {
      const backing = path && (await host.realPath(path));
      if (!backing || backing === disk) continue;
      found.set(backing, (found.get(backing) ?? new Set()).add(disk));
      // A file outside of the searched directories is read only if its format is recorded.
      if (format === undefined && (await isStorage(host, backing))) open.push({ disk, backing });
      else if (format !== undefined) queue.push({ path: backing, format });
    }
  }
  const unknown = open.filter(({ backing }) => !read.has(backing) && !formats.has(backing));
  return {
    byBacking: new Map([...found].map(([backing, disks]) => [backing, [...disks].sort()])),
    unknown: [...new Set(unknown.map(({ disk }) => disk))].sort(),
  };
}

// Guests and the task give a file's format. The content decides only for other files.
const mayBeOverlay = (known: ReadonlySet<string> | undefined, recorded: string | undefined) =>
  known ? known.has('qcow2') : recorded === undefined || recorded === 'qcow2';

// The formats of disks by path, as guests and the task give them.
function knownFormats(host: Host, disks: readonly GuestDisk[]): ReadonlyMap<string, ReadonlySet<string>> {
  const formats = new Map<string, Set<string>>();
  for (const { path, format } of disks) {
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

// The root of a container, which belongs to users of its own, is its guest's: its links may lead anywhere, and no file in it is a
// disk of this host. Links are followed elsewhere: directories of large disks are often links. A file that can't be read is an
// error, since its backing file would look unused.
async function filesBelow(host: Host, roots: readonly string[]): Promise<string[]> {
  const isOfContainer = ['-type', 'd', '-uid', `+${LOWEST - 1}`, '-prune'];
  const isFile = ['-type', 'f', '-size', '+0', '-print0'];
  const { stdout, stderr } = await host.run('find', ['-L', ...roots, ...isOfContainer, '-o', ...isFile]);
  // Not a problem: a file that was removed meanwhile, and a link to itself or to a directory above it.
  const problem = stderr
    .split('\n')
    .find(
      (line) =>
        line &&
        !/No such file or directory$|Too many levels of symbolic links$|File system loop detected/.test(line),
    );
  if (problem) throw new Failure(`some disks can't be read, so their backing files aren't known: ${problem}`);
  const files = stdout.split('\0').filter(Boolean);
  const unnamed = files.find((path) => path.includes('\ufffd'));
  if (unnamed === undefined || (await host.stat(unnamed))) return files;
  throw new Failure(`${unnamed}: its name is not UTF-8, so it can't be read: rename it, or move it`);
}
