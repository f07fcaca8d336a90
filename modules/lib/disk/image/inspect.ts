import { Failure } from '../../failure.ts';
import type { FileInfo, Host } from '../../host/host.ts';
import { type DiskFormat, HEAD, isDescriptor, isDisk, kindOf } from '../formats/detect.ts';
import { headerLength, qcow2Of } from '../formats/qcow2.ts';
import { type Disk, type Found, inOtherFiles, rawDisk, requireOneFile } from './disk.ts';
import { qemuImg } from './qemu-img.ts';

/** The beginning of a file, with all that tells what disk it is. @returns nothing where it isn't there */
export async function readHead(host: Host, path: string): Promise<Uint8Array> {
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
export async function statStorage(host: Host, path: string): Promise<FileInfo | undefined> {
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
export async function inspect(host: Host, path: string): Promise<Found | undefined> {
  const file = await statStorage(host, path);
  if (!file) return undefined;
  const head = await readHead(host, path);
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
export async function inspectAs(host: Host, path: string, format: string): Promise<Found | undefined> {
  const file = await statStorage(host, path);
  if (!file) return undefined;
  const found = { kind: format as DiskFormat, length: file.size };
  const head = format === 'raw' ? new Uint8Array() : await readHead(host, path);
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
  if (isDescriptor(head)) {
    throw new Failure(
      `${path} is a description of a disk that is in other files: make one file of it first (qemu-img convert -f ${format} -O qcow2)`,
    );
  }
  return asked(host, path, format);
}

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

/**
 * The disk in a file that was made elsewhere. Whoever made it could otherwise have any file of this host be read as the
 * guest's disk.
 * @param shown where it came from, for the error
 * @throws Failure when it holds none, or one whose content is in other files too
 */
export async function inspectOneFile(host: Host, path: string, shown: string): Promise<Disk> {
  if (isDescriptor(await readHead(host, path))) throw inOtherFiles(shown);
  return requireOneFile(await inspect(host, path), shown);
}
