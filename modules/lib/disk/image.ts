import { basename } from 'node:path';
import { Failure } from '../failure.ts';
import type { FileInfo, Host } from '../host/host.ts';
import {
  type DiskFormat,
  HEAD,
  headerLength,
  isDescription,
  isDisk,
  type Kind,
  kindOf,
  qcow2Of,
} from './kind.ts';
import { patienceFor, qemuImg } from './qemu-img.ts';

/** What a disk says of itself. */
export interface Disk {
  readonly path: string;
  readonly format: DiskFormat;
  /** Bytes that a guest sees. */
  readonly size: number;
  readonly clusterSize: number | undefined;
  /** The backing file as it is written there. */
  readonly backing: string | undefined;
  /** The format of that, where it is written there. */
  readonly backingFormat: string | undefined;
  /** Whether its content is in another file, or in several. */
  readonly external: boolean;
  /** That file as it is written there. */
  readonly dataFile: string | undefined;
}

/** What a file that may be a disk is, and its length in bytes. */
export interface Found {
  readonly kind: Kind;
  readonly length: number;
  /** Where it is a disk. */
  readonly disk: Disk | undefined;
}

/** The beginning of a file, with all that tells what disk it is. @returns nothing where it isn't there */
export async function headOf(host: Host, path: string): Promise<Uint8Array> {
  const head = (await host.readStart(path, HEAD)) ?? new Uint8Array();
  const length = headerLength(head);
  return length <= HEAD ? head : ((await host.readStart(path, length)) ?? head);
}

/** Whether a path is a block device's, which only a program tells. */
export const isBlockDevice = async (host: Host, path: string): Promise<boolean> =>
  (await host.run('test', ['-b', path])).code === 0;

/**
 * What is at the path of a disk, without opening it.
 * @returns undefined when there is nothing
 * @throws Failure for what is neither a file nor a block device
 */
export async function storageAt(host: Host, path: string): Promise<FileInfo | undefined> {
  const file = await host.stat(path);
  if (file?.kind === 'directory') throw new Failure(`${path} is a directory, and no disk`);
  // To read from a pipe or a terminal is to wait for ever, and to open another device may do anything.
  if (file?.kind === 'other' && !(await isBlockDevice(host, path))) {
    throw new Failure(`${path} is no disk: neither a file nor a block device`);
  }
  return file;
}

/**
 * Looks into a file that only trusted users write to, also into one that a guest is using: what it is, is seen from its
 * content.
 * @returns undefined when there is none
 * @throws Failure for what is no disk that can be read by itself
 */
export async function lookInto(host: Host, path: string): Promise<Found | undefined> {
  const file = await storageAt(host, path);
  if (!file) return undefined;
  const head = await headOf(host, path);
  const kind = kindOf(head);
  const found = { kind, length: file.size };
  if (!isDisk(kind)) return { ...found, disk: undefined };
  const disk = await diskIn(host, path, file, head, kind);
  if (disk) return { ...found, disk };
  throw new Failure(`${path} begins as ${kind}, and has no whole header of one: it is damaged`);
}

/**
 * Looks into a file as a disk of a format, whatever it looks like. That neither needs a process for the two that there
 * are most of, nor does it open any other file.
 * @returns undefined when there is none; without `disk` where it is none of that format
 */
export async function lookAs(host: Host, path: string, format: string): Promise<Found | undefined> {
  const file = await storageAt(host, path);
  if (!file) return undefined;
  const found = { kind: format as DiskFormat, length: file.size };
  const head = format === 'raw' ? new Uint8Array() : await headOf(host, path);
  // Of another beginning QEMU may make something else: a vmdk that begins as none is a description to it.
  if (format !== 'raw' && kindOf(head) !== format) return { ...found, disk: undefined };
  return { ...found, disk: await diskIn(host, path, file, head, found.kind) };
}

// The two formats that there are most of need no process. @returns undefined for what has no whole header
async function diskIn(
  host: Host,
  path: string,
  file: FileInfo,
  head: Uint8Array,
  format: DiskFormat,
): Promise<Disk | undefined> {
  if (format === 'qcow2') {
    const header = qcow2Of(head);
    return header && { path, format, ...header };
  }
  if (format === 'raw' && file.kind === 'file') return rawDisk(path, file.size);
  if (isDescription(head)) {
    throw new Failure(
      `${path} is a description of a disk that is in other files: make one file of it first (qemu-img convert -f ${format} -O qcow2)`,
    );
  }
  return asked(host, path, format);
}

/** A disk that is nothing but its content, of a length in bytes. */
export const rawDisk = (path: string, size: number): Disk => ({
  ...{ path, format: 'raw', size, clusterSize: undefined },
  ...{ backing: undefined, backingFormat: undefined, external: false, dataFile: undefined },
});

// What qemu-img says of a disk. Its backing file isn't opened.
async function asked(host: Host, path: string, format: DiskFormat): Promise<Disk> {
  const args = ['info', '--force-share', '--output=json', '-f', format, path];
  const said = JSON.parse(await qemuImg(host, path, args)) as Record<string, unknown>;
  const backing = said['backing-filename'];
  return {
    ...rawDisk(path, Number(said['virtual-size'])),
    format,
    backing: typeof backing === 'string' ? backing : undefined,
  };
}

const inOtherFiles = (shown: string) =>
  new Failure(`${shown}: its disk refers to other files: convert it to one file`);

/** The disk that was found, which must be in one file. @param shown where it came from, for the error */
export function inOneFile(found: Found | undefined, shown: string): Disk {
  const disk = found?.disk;
  if (!disk) throw new Failure(`${shown} holds no disk`);
  if (disk.external || disk.backing !== undefined) throw inOtherFiles(shown);
  return disk;
}

/**
 * The disk in a file that was made elsewhere. Whoever made it could otherwise have any file of this host be read as the
 * guest's disk.
 * @param shown where it came from, for the error
 * @throws Failure when it holds none, or one whose content is in other files too
 */
export async function wholeDisk(host: Host, path: string, shown: string): Promise<Disk> {
  if (isDescription(await headOf(host, path))) throw inOtherFiles(shown);
  return inOneFile(await lookInto(host, path), shown);
}

/** How a disk is laid out. */
export interface Layout {
  readonly format: string;
  readonly preallocation: string;
  /** Bytes. */
  readonly clusterSize: number | undefined;
}

const creation = ({ format, preallocation, clusterSize }: Layout): string[] => {
  const options = [
    ...(preallocation === 'off' ? [] : [`preallocation=${preallocation}`]),
    ...(clusterSize === undefined || format !== 'qcow2' ? [] : [`cluster_size=${clusterSize}`]),
  ];
  return options.length > 0 ? ['-o', options.join(',')] : [];
};

// Bytes that are written before qemu-img has said anything, for a disk that grows by so many.
const ahead = ({ preallocation }: Layout, size: number) => (preallocation === 'off' ? 0 : size);

/** Bytes of a disk that are copied from one line of qemu-img to the next: it tells each percent. */
const PERCENT = 0.01;

/** Writes a disk's content, and that of its backing files, as a new disk; what is zero takes no room. */
export async function convert(host: Host, from: Disk, to: string, layout: Layout): Promise<void> {
  const args = ['convert', '-p', '-f', from.format, '-O', layout.format, ...creation(layout), from.path, to];
  const what = `copy ${basename(from.path)}`;
  const silence = patienceFor(Math.max(ahead(layout, from.size), from.size * PERCENT));
  await host.watch('qemu-img', args, {
    what: from.path,
    silence,
    heard: (text) => {
      // "    (12.34/100%)" and a carriage return, again and again.
      const percent = /.*\((\d+\.\d+)\/100%\)/s.exec(text)?.[1];
      if (percent) host.report({ what, done: (Number(percent) / 100) * from.size, total: from.size });
    },
  });
}

/**
 * Copies a disk as it is by sharing its blocks, where the file system can (Btrfs, XFS).
 * @returns whether it could
 */
export async function reflink(host: Host, from: string, to: string): Promise<boolean> {
  const { code } = await host.run('cp', ['--reflink=always', '--', from, to]);
  if (code !== 0) await host.remove(to);
  return code === 0;
}

/** A qcow2 that holds only what differs from its backing disk. */
export const overlay = (host: Host, backing: Disk, to: string, layout: Layout): Promise<string> =>
  qemuImg(host, to, [
    ...['create', '-q', '-f', 'qcow2', ...creation({ ...layout, format: 'qcow2' })],
    ...['-F', backing.format, '-b', backing.path, to],
  ]);

/** Makes a disk larger; qemu-img refuses one that is in use. */
export const resize = (host: Host, path: string, layout: Layout, size: number): Promise<string> =>
  qemuImg(
    host,
    path,
    [
      ...['resize', '-q', '-f', layout.format, `--preallocation=${layout.preallocation}`],
      ...[path, String(size)],
    ],
    ahead(layout, size),
  );
