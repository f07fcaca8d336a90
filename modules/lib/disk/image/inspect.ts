import { Failure } from '../../failure.ts';
import type { FileInfo, Host } from '../../host/host.ts';
import { type DiskFormat, HEAD, isDescriptor, isDisk, kindOf } from '../formats/detect.ts';
import { headerLength, qcow2Of } from '../formats/qcow2.ts';
import { type Disk, type Found, inOtherFiles, rawDisk, requireOneFile } from './disk.ts';
import { qemuImg } from './qemu-img.ts';

/** Reads the beginning of a file, up to the end of its header. @returns no bytes when the file doesn't exist */
export async function readHead(host: Host, path: string): Promise<Uint8Array> {
  const head = (await host.readStart(path, HEAD)) ?? new Uint8Array();
  const length = headerLength(head);
  return length <= HEAD ? head : ((await host.readStart(path, length)) ?? head);
}

/** Whether a path is a block device. It runs test(1). */
export const isBlockDevice = async (host: Host, path: string): Promise<boolean> =>
  (await host.run('test', ['-b', path])).code === 0;

/**
 * Stats the path of a disk, without opening it.
 * @returns undefined when it doesn't exist
 * @throws Failure for what is neither a file nor a block device
 */
export async function statStorage(host: Host, path: string): Promise<FileInfo | undefined> {
  const file = await host.stat(path);
  if (file?.kind === 'directory') throw new Failure(`${path} is a directory, not a disk`);
  // Reading a pipe or a terminal would block for ever. Opening another device may have effects.
  if (file?.kind === 'other' && !(await isBlockDevice(host, path))) {
    throw new Failure(`${path} is not a disk: neither a file nor a block device`);
  }
  return file;
}

/**
 * Inspects a file that only trusted users write to, even while a guest uses it. Its format is detected from its content.
 * @returns undefined when the file doesn't exist
 * @throws Failure for a disk that can't be read by itself
 */
export async function inspect(host: Host, path: string): Promise<Found | undefined> {
  const file = await statStorage(host, path);
  if (!file) return undefined;
  const head = await readHead(host, path);
  const kind = kindOf(head);
  const found = { kind, length: file.size };
  if (!isDisk(kind)) return { ...found, disk: undefined };
  const disk = await readDisk(host, path, file, head, kind);
  if (disk) return { ...found, disk };
  throw new Failure(`${path} begins like ${kind}, but its header is incomplete: it is damaged`);
}

/**
 * Inspects a file as a disk of a given format, whatever its content looks like. No other file is opened, and raw and qcow2
 * files need no process.
 * @returns undefined when the file doesn't exist; without `disk` when it isn't of that format
 */
export async function inspectAs(host: Host, path: string, format: string): Promise<Found | undefined> {
  const file = await statStorage(host, path);
  if (!file) return undefined;
  const found = { kind: format as DiskFormat, length: file.size };
  const head = format === 'raw' ? new Uint8Array() : await readHead(host, path);
  // QEMU may read another beginning as something else: a vmdk without a signature is a descriptor to it.
  if (format !== 'raw' && kindOf(head) !== format) return { ...found, disk: undefined };
  return { ...found, disk: await readDisk(host, path, file, head, found.kind) };
}

// Raw and qcow2 files need no process. @returns undefined when the header is incomplete
async function readDisk(
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
  if (isDescriptor(head)) {
    throw new Failure(
      `${path} is a description of a disk that is in other files: make one file of it first (qemu-img convert -f ${format} -O qcow2)`,
    );
  }
  return readByQemuImg(host, path, format);
}

// Reads a disk by qemu-img, which doesn't open the backing file.
async function readByQemuImg(host: Host, path: string, format: DiskFormat): Promise<Disk> {
  const args = ['info', '--force-share', '--output=json', '-f', format, path];
  const info = JSON.parse(await qemuImg(host, path, args)) as Record<string, unknown>;
  const backing = info['backing-filename'];
  return {
    ...rawDisk(path, Number(info['virtual-size'])),
    format,
    backing: typeof backing === 'string' ? backing : undefined,
  };
}

/**
 * Inspects a file that others made. It must not name other files: the guest could read any file of this host otherwise.
 * @param shown where it came from, for the error
 * @throws Failure when it isn't a disk, or one that needs other files
 */
export async function inspectOneFile(host: Host, path: string, shown: string): Promise<Disk> {
  if (isDescriptor(await readHead(host, path))) throw inOtherFiles(shown);
  return requireOneFile(await inspect(host, path), shown);
}
