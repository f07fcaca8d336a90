import { basename } from 'node:path';
import type { Host } from '../../host/host.ts';
import { oncePerHost, onlyOnce } from '../../host/once.ts';
import type { Disk } from './disk.ts';
import { patienceFor, qemuImg } from './qemu-img.ts';

/** How a disk is written. */
export interface Layout {
  readonly format: string;
  readonly preallocation: string;
  /** Bytes. */
  readonly clusterSize: number | undefined;
}

const createOptions = ({ format, preallocation, clusterSize }: Layout): string[] => {
  const options = [
    ...(preallocation === 'off' ? [] : [`preallocation=${preallocation}`]),
    ...(clusterSize === undefined || format !== 'qcow2' ? [] : [`cluster_size=${clusterSize}`]),
  ];
  return options.length > 0 ? ['-o', options.join(',')] : [];
};

// Bytes that qemu-img writes before its first output, for a disk that grows by `size` bytes.
const unreportedBytes = ({ preallocation }: Layout, size: number) => (preallocation === 'off' ? 0 : size);

/** The share of a disk that qemu-img copies between two outputs. */
const PERCENT = 0.01;

/** Writes a disk's content, and that of its backing files, as a new disk. Zeros take no space. */
export async function convert(host: Host, from: Disk, to: string, layout: Layout): Promise<void> {
  const args = [
    'convert',
    '-p',
    '-f',
    from.format,
    '-O',
    layout.format,
    ...createOptions(layout),
    from.path,
    to,
  ];
  const what = `copy ${basename(from.path)}`;
  const silence = patienceFor(Math.max(unreportedBytes(layout, from.size), from.size * PERCENT));
  await host.watch('qemu-img', args, {
    what: from.path,
    silence,
    heard: (text) => {
      // Lines of "    (12.34/100%)", each with a carriage return.
      const percent = /.*\((\d+\.\d+)\/100%\)/s.exec(text)?.[1];
      if (percent) host.report({ what, done: (Number(percent) / 100) * from.size, total: from.size });
    },
  });
}

/**
 * Copies a disk by sharing its blocks, if the file system can (Btrfs, XFS).
 * @returns whether it was copied
 */
export async function reflink(host: Host, from: string, to: string): Promise<boolean> {
  const { code } = await host.run('cp', ['--reflink=always', '--', from, to]);
  if (code !== 0) await host.remove(to);
  return code === 0;
}

/** Makes a disk of zeros. @param size bytes */
export const createEmpty = (host: Host, to: string, layout: Layout, size: number): Promise<string> =>
  qemuImg(
    host,
    to,
    ['create', '-q', '-f', layout.format, ...createOptions(layout), to, String(size)],
    unreportedBytes(layout, size),
  );

/** Makes a qcow2 that holds only the differences from its backing disk. */
export async function createOverlay(host: Host, backing: Disk, to: string, layout: Layout): Promise<void> {
  const make = () =>
    qemuImg(host, to, [
      ...['create', '-q', '-f', 'qcow2', ...createOptions({ ...layout, format: 'qcow2' })],
      ...['-F', backing.format, '-b', backing.path, to],
    ]);
  if (layout.preallocation !== 'off') {
    await make();
    return;
  }
  let isMade = false;
  const content = await blanks(host)(JSON.stringify([backing, layout]), async () => {
    isMade = true;
    await make();
    return contentOf(host, to);
  }).catch((error) => {
    if (isMade) throw error;
    return undefined;
  });
  if (isMade) return;
  if (content) await host.writeSparse(to, piece(content));
  else await make();
}

// A new overlay has nothing but its header and its tables, which are the same in all of one disk: to write them takes a
// tenth of the time of a process.
const blanks = /* @__PURE__ */ oncePerHost(onlyOnce);

/** Bytes. The tables of a very large disk are longer. */
const MOST_CONTENT = 1024 ** 2;

async function contentOf(host: Host, path: string): Promise<Uint8Array | undefined> {
  const content = await host.readStart(path, MOST_CONTENT);
  return content && content.length < MOST_CONTENT ? content : undefined;
}

async function* piece(content: Uint8Array) {
  yield content;
}

/** Makes a disk larger; qemu-img refuses one that is in use. */
export const resize = (host: Host, path: string, layout: Layout, size: number): Promise<string> =>
  qemuImg(
    host,
    path,
    [
      ...['resize', '-q', '-f', layout.format, `--preallocation=${layout.preallocation}`],
      ...[path, String(size)],
    ],
    unreportedBytes(layout, size),
  );
