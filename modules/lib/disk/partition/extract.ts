import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { notInstalled, runOrFail } from '../../host/process.ts';
import type { Disk } from '../image/disk.ts';
import { patienceFor, qemuImg } from '../image/qemu-img.ts';
import { convert } from '../image/write.ts';
import { readSafely } from '../usage/guards.ts';
import { type BootFile, bootFilesIn } from './boot-files.ts';
import { type Extent, partitionIn } from './table.ts';

/** What is taken out of a disk. */
export interface Part {
  /** The number of the partition; undefined for a disk without a partition table. */
  readonly partition: number | undefined;
  /** Whether its kernel and initial RAM disk are taken out, too. */
  readonly kernel: boolean;
}

/** What was taken out: a qcow2, and files. */
export interface Extracted {
  readonly disk: string;
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
}

/**
 * Runs a program that reads a disk of others: as nobody, who can open nothing of root's, and with the disk as its standard input.
 * $1 is the disk, $2 the file to write or -, $3 the bytes that it may write.
 */
const UNPRIVILEGED = `disk=$1 to=$2 most=$3
shift 3
[ "$to" = - ] || exec >"$to"
exec prlimit --fsize="$most" setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs -- "$@" <"$disk"`;

/** Bytes of messages. The limit is for each file, and standard error may be one. */
const MESSAGES = 1024 ** 2;

const unprivileged = (disk: string, program: readonly string[], to = '-', size = 0) => [
  ...['-c', UNPRIVILEGED, 'sh', disk, to, String(size + MESSAGES)],
  ...program,
];

const PATIENCE = 120_000;

const RAW = { format: 'raw', preallocation: 'off', clusterSize: undefined } as const;

/**
 * Takes a partition out of a disk, and its kernel. Nothing is mounted, and the disk is not changed.
 * @param work an empty directory for it
 * @param shown the disk, for messages
 * @throws Failure without a partition table, the partition, an ext file system, or a kernel
 */
export async function extract(
  host: Host,
  disk: Disk,
  work: string,
  part: Part,
  shown: string,
): Promise<Extracted> {
  const raw = join(work, 'whole.raw');
  await readSafely(host, disk, () => convert(host, disk, raw, RAW));
  // For nobody, within a directory of root.
  await host.setAttributes(raw, { mode: 0o444 });
  const extent = await extentOf(host, raw, disk.size, part, shown);
  const made = join(work, 'partition.qcow2');
  await copyExtent(host, raw, extent, made);
  const files = part.kernel ? await bootFiles(host, raw, extent, work, nameOf(part, shown)) : undefined;
  await host.remove(raw);
  return { disk: made, kernel: files?.kernel, initrd: files?.initrd };
}

const nameOf = ({ partition }: Part, shown: string) =>
  partition === undefined ? shown : `partition ${partition} of ${shown}`;

async function extentOf(
  host: Host,
  raw: string,
  length: number,
  { partition }: Part,
  shown: string,
): Promise<Extent> {
  if (partition === undefined) return { offset: 0, size: length };
  const sfdisk = unprivileged(raw, ['sfdisk', '--json', '/dev/stdin']);
  const { code, stdout, stderr } = await host.run('sh', sfdisk, { timeout: PATIENCE });
  checkRun(stderr, 'sfdisk');
  return partitionIn(code === 0 ? stdout : '', partition, length, shown);
}

// The program is started by setpriv.
function checkRun(stderr: string, program: string): void {
  if (/^setpriv: failed to execute/m.test(stderr)) throw notInstalled(program);
}

async function copyExtent(host: Host, raw: string, { offset, size }: Extent, to: string): Promise<void> {
  const file = raw.replaceAll(',', ',,');
  const from = `driver=raw,offset=${offset},size=${size},file.driver=file,file.filename=${file}`;
  await qemuImg(host, raw, ['convert', '-O', 'qcow2', '--image-opts', from, to], size);
}

async function bootFiles(
  host: Host,
  raw: string,
  { offset }: Extent,
  work: string,
  shown: string,
): Promise<{ readonly kernel: string; readonly initrd: string }> {
  const debugfs = (request: string) => ['debugfs', '-R', request, `/dev/stdin?offset=${offset}`];
  const list = unprivileged(raw, debugfs('ls -p /boot'));
  const { code, stdout, stderr } = await host.run('sh', list, { timeout: PATIENCE });
  checkRun(stderr, 'debugfs');
  // debugfs may succeed without a file system.
  if (code !== 0 || /Filesystem not open/.test(stderr)) {
    throw new Failure(
      `${shown} has no file system of ext2, ext3 or ext4, from which a kernel can be read: give its 'partition', or leave 'kernel' out`,
    );
  }
  const found = bootFilesIn(stdout, shown);
  const take = async ({ inode, name, size }: BootFile, to: string) => {
    const program = unprivileged(raw, debugfs(`cat <${inode}>`), to, size);
    await runOrFail(host, 'sh', program, { timeout: patienceFor(size) });
    const length = (await host.stat(to))?.size;
    if (length !== size)
      throw new Failure(`${shown}: /boot/${name} can't be read: it has ${length} of ${size} bytes`);
    return to;
  };
  return {
    kernel: await take(found.kernel, join(work, 'kernel')),
    initrd: await take(found.initrd, join(work, 'initrd')),
  };
}
