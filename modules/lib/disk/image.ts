import { basename } from 'node:path';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import type { Bytes } from '../volume.ts';
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

/** What a disk says of itself. */
export interface Disk {
  readonly path: string;
  readonly format: DiskFormat;
  /** Bytes that a guest sees. */
  readonly size: number;
  readonly clusterSize: number | undefined;
  /** The backing file as it is written there. */
  readonly backing: string | undefined;
  /** Whether its content is in another file, or in several. */
  readonly external: boolean;
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

/**
 * Looks into a file, also into one that a guest is using.
 * @returns undefined when there is none
 * @throws Failure for what is neither a file nor a block device
 */
export async function lookInto(host: Host, path: string): Promise<Found | undefined> {
  const file = await host.stat(path);
  if (!file) return undefined;
  if (file.kind === 'directory') throw new Failure(`${path} is a directory, and no disk`);
  // To read from a pipe or a terminal is to wait for ever.
  if (file.kind === 'other' && (await host.run('test', ['-b', path])).code !== 0) {
    throw new Failure(`${path} is no disk: neither a file nor a block device`);
  }
  const head = await headOf(host, path);
  const kind = kindOf(head);
  const found = { kind, length: file.size };
  if (!isDisk(kind)) return { ...found, disk: undefined };
  // The two that there are most of need no process.
  const header = qcow2Of(head);
  if (header) return { ...found, disk: { path, format: 'qcow2', ...header } };
  if (kind === 'raw' && file.kind === 'file') return { ...found, disk: rawDisk(path, file.size) };
  return { ...found, disk: await asked(host, path, kind, isDescription(head)) };
}

/** A disk that is nothing but its content, of a length in bytes. */
export const rawDisk = (path: string, size: number): Disk => ({
  ...{ path, format: 'raw', size },
  ...{ clusterSize: undefined, backing: undefined, external: false },
});

// What qemu-img says of a disk. Its backing file isn't opened, but the files are that a description names.
async function asked(host: Host, path: string, format: DiskFormat, external: boolean): Promise<Disk> {
  const args = ['info', '--force-share', '--output=json', '-f', format, path];
  const said = JSON.parse(await runOrFail(host, 'qemu-img', args)) as Record<string, unknown>;
  const backing = said['backing-filename'];
  return {
    ...{ path, format, external, clusterSize: undefined },
    size: Number(said['virtual-size']),
    backing: typeof backing === 'string' ? backing : undefined,
  };
}

/**
 * The disk in a file that was made elsewhere. Whoever made it could otherwise have any file of this host be read as the
 * guest's disk.
 * @param whence it came, for the error
 * @throws Failure when it holds none, or one whose content is in other files too
 */
export async function wholeDisk(host: Host, path: string, whence: string): Promise<Disk> {
  const elsewhere = new Failure(
    `${whence}: its disk is no whole one, but refers to other files: convert it to one file`,
  );
  if (isDescription(await headOf(host, path))) throw elsewhere;
  const disk = (await lookInto(host, path))?.disk;
  if (!disk) throw new Failure(`${whence} holds no disk`);
  if (disk.external || disk.backing !== undefined) throw elsewhere;
  return disk;
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

async function* nothing(): Bytes {}

/** Writes a disk's content, and that of its backing files, as a new disk; what is zero takes no room. */
export async function convert(host: Host, from: Disk, to: string, layout: Layout): Promise<void> {
  const args = ['convert', '-p', '-f', from.format, '-O', layout.format, ...creation(layout), from.path, to];
  const what = `copy ${basename(from.path)}`;
  for await (const chunk of host.pipeThrough('qemu-img', args, nothing(), { what: from.path })) {
    // "    (12.34/100%)" and a carriage return, again and again.
    const percent = /.*\((\d+\.\d+)\/100%\)/s.exec(Buffer.from(chunk).toString())?.[1];
    if (percent) host.report({ what, done: (Number(percent) / 100) * from.size, total: from.size });
  }
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
  runOrFail(host, 'qemu-img', [
    ...['create', '-q', '-f', 'qcow2', ...creation({ ...layout, format: 'qcow2' })],
    ...['-F', backing.format, '-b', backing.path, to],
  ]);

/** Makes a disk larger; qemu-img refuses one that is in use. */
export const resize = (host: Host, path: string, layout: Layout, size: number): Promise<string> =>
  runOrFail(host, 'qemu-img', [
    ...['resize', '-q', '-f', layout.format, `--preallocation=${layout.preallocation}`],
    ...[path, String(size)],
  ]);

/** Whether qemu-img is refused since another process has a disk open (its locks, as of QEMU's file-posix driver). */
export const isLocked = (error: unknown): boolean =>
  error instanceof Failure && /Failed to get .*lock/.test(error.message);
