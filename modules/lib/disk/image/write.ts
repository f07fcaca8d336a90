import { basename } from 'node:path';
import type { Host } from '../../host/host.ts';
import type { Disk } from './disk.ts';
import { patienceFor, qemuImg } from './qemu-img.ts';

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
export const createOverlay = (host: Host, backing: Disk, to: string, layout: Layout): Promise<string> =>
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
