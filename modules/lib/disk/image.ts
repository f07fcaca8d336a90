import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** What qemu-img says of a disk. */
export interface ImageInfo {
  /** qemu-img's name of the format, found by content. */
  readonly format: string;
  /** Bytes that a guest sees. */
  readonly size: number;
  readonly backing: string | undefined;
}

/** What kind of file a template is, from its first bytes. */
export type SourceKind = 'disk' | 'archive' | 'absent';

const GZIP = [0x1f, 0x8b];

/** Tells an archive from a disk by content. */
export async function sourceKind(host: Host, path: string): Promise<SourceKind> {
  const start = await host.readStart(path, GZIP.length);
  if (start === undefined) return 'absent';
  return GZIP.every((byte, i) => start[i] === byte) ? 'archive' : 'disk';
}

/** Looks into a disk, also one that a guest is using. */
export async function imageInfo(host: Host, path: string): Promise<ImageInfo> {
  const json = await runOrFail(host, 'qemu-img', ['info', '--force-share', '--output=json', path]);
  const info = JSON.parse(json) as Record<string, unknown>;
  return {
    format: String(info.format),
    size: Number(info['virtual-size']),
    backing: info['backing-filename'] as string | undefined,
  };
}

/**
 * The one disk in a gzipped tar archive.
 * @throws Failure when it holds none, or several files
 */
export async function archivedDisk(host: Host, archive: string): Promise<string> {
  const listed = await runOrFail(host, 'tar', ['--list', '--verbose', '--gzip', '--file', archive]);
  // `-rw-r--r-- owner/group size date time name`: a file's line begins with `-`.
  const files = listed
    .split('\n')
    .flatMap((line) => /^-\S+\s+\S+\s+\d+\s+\S+\s+\S+\s(.*)$/.exec(line)?.[1] ?? []);
  const [only] = files;
  if (only === undefined || files.length > 1) {
    throw new Failure(`${archive}: it holds ${files.length} files, and should hold one disk`);
  }
  return only;
}

/** Takes one file out of an archive. @returns its path below `directory` */
export async function extract(
  host: Host,
  archive: string,
  member: string,
  directory: string,
): Promise<string> {
  const { code, stderr } = await host.run('tar', [
    '--extract',
    '--gzip',
    '--sparse',
    '--no-same-owner',
    `--directory=${directory}`,
    `--file=${archive}`,
    '--',
    member,
  ]);
  // Of a full disk tar says only how far it came.
  if (/Wrote only/.test(stderr)) throw new Failure(`${directory}: No space left on device: free some space`);
  if (code !== 0) throw new Failure(`${archive}: ${stderr.trim()}`);
  return `${directory}/${member.replace(/^\/+/, '')}`;
}

/** Copies a disk, keeping holes. */
export const convert = (
  host: Host,
  from: string,
  fromFormat: string,
  to: string,
  format: string,
): Promise<string> => runOrFail(host, 'qemu-img', ['convert', '-f', fromFormat, '-O', format, from, to]);

/** A qcow2 that holds only what differs from its backing disk. */
export const overlay = (host: Host, backing: string, backingFormat: string, to: string): Promise<string> =>
  runOrFail(host, 'qemu-img', ['create', '-q', '-f', 'qcow2', '-F', backingFormat, '-b', backing, to]);

/** Makes a disk larger; qemu-img refuses one that is in use. */
export const resize = (host: Host, path: string, format: string, size: number): Promise<string> =>
  runOrFail(host, 'qemu-img', ['resize', '-q', '-f', format, path, String(size)]);
