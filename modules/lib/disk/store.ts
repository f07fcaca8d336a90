import { basename, join } from 'node:path';
import { Failure } from '../failure.ts';
import { shownUrl } from '../host/download.ts';
import type { Host } from '../host/host.ts';
import type { Checksum } from './checksum.ts';
import { fetchTo, fileNameOf } from './fetch.ts';
import { readingWhole } from './guard.ts';
import { convert, type Disk, type Found, lookInto, reflink } from './image.ts';
import { unpack } from './unpack.ts';
import { withWork } from './work.ts';

/** What a template is made from. */
export interface Origin {
  readonly url?: string | undefined;
  /** A file on the host. */
  readonly source?: string | undefined;
  readonly checksum?: Checksum | undefined;
  readonly member?: string | undefined;
  /** Whether the source isn't needed any more, and goes. */
  readonly take?: boolean;
}

/** Where templates are kept, each under what tells its content, below the directory of their names. */
export const storeIn = (directory: string): string => join(directory, 'by-checksum');

/** A template that is kept. @param key what tells its content from all others */
export const storedAs = (directory: string, key: string): string => join(storeIn(directory), `${key}.qcow2`);

/** What tells the content of a template that has a checksum. */
export const keyOf = ({ algorithm, digest }: Checksum, member?: string): string =>
  [algorithm, digest, ...(member === undefined ? [] : [member.replace(/[^\w.-]/g, '_')])].join('-');

/** What is packed is more than it looks. */
const PACKED = 4;

/** About how many bytes are read and written for a template of an origin. */
export function bytesToRead(url: string | undefined, source: Found | undefined): number {
  if (url !== undefined) return Number.POSITIVE_INFINITY;
  return source ? source.length * (source.disk ? 1 : PACKED) : 0;
}

/** Nobody writes to a template. */
const MODE = 0o444;

/**
 * Makes a template: fetches what it is made from, checks it, unpacks it, and keeps it as a qcow2 that nobody changes
 * from then on. One that is kept already is left alone.
 * @returns its path
 */
export async function keepTemplate(
  host: Host,
  directory: string,
  key: string,
  origin: Origin,
): Promise<string> {
  const path = storedAs(directory, key);
  if (await host.stat(path)) return path;
  await withWork(host, path, async (work) => {
    if (await host.stat(path)) return;
    const made = await madeFrom(host, origin, join(storeIn(directory), `${key}.part`), work);
    await host.setAttributes(made, { mode: MODE });
    await host.publishNew(made, path);
  });
  await host.remove(join(storeIn(directory), `${key}.part`));
  if (origin.take && origin.source !== undefined) await host.remove(origin.source);
  return path;
}

async function madeFrom(host: Host, origin: Origin, part: string, work: string): Promise<string> {
  const { url, source = part, checksum, member } = origin;
  if (url !== undefined && checksum) await fetchTo(host, url, part, checksum);
  const name = url === undefined ? basename(source) : fileNameOf(url);
  const packed = { path: source, name, member, checksum: url === undefined ? checksum : undefined };
  const unpacked = await unpack(host, packed, work);
  const disk = (await lookInto(host, unpacked))?.disk;
  if (!disk) throw new Failure(`${name} holds no disk`);
  // Whoever made it could have any file of this host be read as the guest's disk.
  if (disk.external || disk.backing !== undefined) {
    const whence = url === undefined ? source : shownUrl(url);
    throw new Failure(
      `${whence}: its disk is no whole one, but refers to other files: convert it to one file`,
    );
  }
  const whole = unpacked !== source || url !== undefined;
  return asQcow2(host, disk, work, { whole, take: origin.take === true });
}

// `whole` is a disk that is nobody else's.
async function asQcow2(
  host: Host,
  disk: Disk,
  work: string,
  { whole, take }: { whole: boolean; take: boolean },
) {
  if (whole && disk.format === 'qcow2') return disk.path;
  const made = join(work, 'template');
  await readingWhole(host, disk, async () => {
    if (disk.format === 'qcow2') {
      if (take && (await host.run('ln', ['--', disk.path, made])).code === 0) return;
      if (await reflink(host, disk.path, made)) return;
    }
    await convert(host, disk, made, { format: 'qcow2', preallocation: 'off', clusterSize: undefined });
  });
  return made;
}
