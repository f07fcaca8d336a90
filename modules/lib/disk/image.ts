import { basename } from 'node:path';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import type { Bytes } from '../volume.ts';
import { type DiskFormat, HEAD, type Kind, kindOf, qcow2Of } from './kind.ts';

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

/** Looks into a file, also into one that a guest is using. @returns undefined when there is none */
export async function lookInto(host: Host, path: string): Promise<Found | undefined> {
  const file = await host.stat(path);
  if (!file) return undefined;
  if (file.kind === 'directory') throw new Failure(`${path} is a directory, and no disk`);
  const head = (await host.readStart(path, HEAD)) ?? new Uint8Array();
  const kind = kindOf(head);
  const header = qcow2Of(head);
  const own = { path, clusterSize: header?.clusterSize, backing: header?.backing };
  // The two that there are most of need no process.
  if (header)
    return {
      kind,
      length: file.size,
      disk: { ...own, format: 'qcow2', size: header.size, external: header.external },
    };
  if (kind === 'raw' && file.kind === 'file') {
    return { kind, length: file.size, disk: { ...own, format: 'raw', size: file.size, external: false } };
  }
  if (
    kind === 'gz' ||
    kind === 'xz' ||
    kind === 'zst' ||
    kind === 'bz2' ||
    kind === 'zip' ||
    kind === 'tar'
  ) {
    return { kind, length: file.size, disk: undefined };
  }
  const json = await runOrFail(host, 'qemu-img', [
    'info',
    '--force-share',
    '--output=json',
    '-f',
    kind,
    path,
  ]);
  const size = Number((JSON.parse(json) as Record<string, unknown>)['virtual-size']);
  // A descriptor in text names the files that hold the content.
  const external = kind === 'vmdk' && head[0] === '#'.charCodeAt(0);
  return { kind, length: file.size, disk: { ...own, format: kind, size, external } };
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
