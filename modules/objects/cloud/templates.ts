import { basename, join } from 'node:path/posix';
import { kindOf } from '../../lib/disk/formats/detect.ts';
import { readHead } from '../../lib/disk/image/inspect.ts';
import { isRootTemplate, isTemplateName, storeDirectory } from '../../lib/disk/template/key.ts';
import type { GuestDisk } from '../../lib/disk/usage/guests.ts';
import type { Overlays } from '../../lib/disk/usage/users.ts';
import type { Host } from '../../lib/host/host.ts';
import { sizesOf } from './disks.ts';

/** A template. Sizes are bytes. */
export interface TemplateInfo {
  /** Its file; links are followed. */
  readonly file: string;
  /** The names that lead to it; that of its file where none does. */
  readonly name: string;
  /** `qcow2` or `raw`; `tar` of the root of a container. */
  readonly format: string;
  readonly size: number;
  readonly allocated: number;
  /** The overlays on it, directly or not: names of guests, or files that belong to no guest. A root has none: it is extracted. */
  readonly overlays: readonly string[];
}

/**
 * The overlays on a file, directly or not: each guest by its name, each file that is no guest's disk by its path. Pure.
 * @param disks the disks of guests
 */
export function overlaysOn(
  file: string,
  { byBacking }: Pick<Overlays, 'byBacking'>,
  disks: readonly GuestDisk[],
) {
  const guests = new Map<string, string[]>();
  for (const { path, guest, attached } of disks)
    if (attached) guests.set(path, [...(guests.get(path) ?? []), guest]);
  const found = new Set<string>();
  const queue = [...(byBacking.get(file) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(byBacking.get(next) ?? []));
  }
  return [...new Set([...found].flatMap((path) => guests.get(path) ?? [path]))].sort();
}

/** The names that lead to each file of a directory of templates. */
async function namesIn(host: Host, directory: string): Promise<[file: string, name: string | undefined][]> {
  const store = storeDirectory(directory);
  const [names, stored] = await Promise.all([host.list(directory), host.list(store)]);
  const paths = [
    ...names.filter((name) => !name.startsWith('.')).map((name) => ({ path: join(directory, name), name })),
    ...stored.filter(isTemplateName).map((name) => ({ path: join(store, name), name: undefined })),
  ];
  const found = await Promise.all(
    paths.map(async ({ path, name }): Promise<[string, string | undefined][]> => {
      const file = await host.realPath(path);
      return file !== undefined && (await host.stat(file))?.kind === 'file' ? [[file, name]] : [];
    }),
  );
  return found.flat();
}

/** The archive of a container's root, which nothing of a guest is an overlay of. Its size is that of what it has, with its headers. */
async function rootInfo(host: Host, file: string, name: string): Promise<TemplateInfo[]> {
  const found = await host.stat(file);
  if (found?.kind !== 'file') return [];
  return [{ file, name, format: 'tar', size: found.size, allocated: found.allocated, overlays: [] }];
}

// A file without a signature may be anything: its name decides.
async function formatOf(host: Host, file: string): Promise<'qcow2' | 'raw' | undefined> {
  const kind = kindOf(await readHead(host, file));
  if (kind === 'qcow2') return kind;
  return kind === 'raw' && /\.(raw|img)$/i.test(file) ? kind : undefined;
}

/**
 * Reads the templates of a host, by name: disks in the directories of templates that no guest has itself, and roots of containers.
 * @param overlays of all disks of the host
 * @param disks the disks of guests
 */
export async function readTemplates(
  host: Host,
  directories: readonly string[],
  overlays: Pick<Overlays, 'byBacking'>,
  disks: readonly GuestDisk[],
): Promise<TemplateInfo[]> {
  const all = (await Promise.all(directories.map((directory) => namesIn(host, directory)))).flat();
  const attached = new Set(disks.flatMap((disk) => (disk.attached ? disk.path : [])));
  const names = new Map<string, Set<string>>();
  for (const [file, name] of all) {
    if (attached.has(file)) continue;
    const known = names.get(file) ?? new Set();
    names.set(file, name === undefined ? known : known.add(name));
  }
  const found = await Promise.all(
    [...names].map(async ([file, known]): Promise<TemplateInfo[]> => {
      const name = [...known].sort().join(', ') || basename(file);
      if (isRootTemplate(file)) return rootInfo(host, file, name);
      const format = await formatOf(host, file);
      const { size, allocated } = format === undefined ? {} : await sizesOf(host, file, format);
      if (format === undefined || size === undefined || allocated === undefined) return [];
      return [{ file, name, format, size, allocated, overlays: overlaysOn(file, overlays, disks) }];
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}
