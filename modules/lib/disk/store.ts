import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Host } from '../host/host.ts';
import { shownUrl } from '../host/url.ts';
import type { Checksum } from './checksum.ts';
import { fetchTo, fileNameOf } from './fetch.ts';
import { readingWhole, removable } from './guard.ts';
import { convert, type Disk, type Found, inOneFile, reflink, wholeDisk } from './image.ts';
import { sourceAt } from './source.ts';
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

/** What tells the content of a template that has a checksum; it is part of a file's name. */
export const keyOf = ({ algorithm, digest }: Checksum, member?: string): string =>
  [algorithm, digest, ...(member === undefined ? [] : [nameOfMember(member)])].join('-');

const LONGEST_NAME = 40;

// Two members must not have one name, so what is changed has a digest of what it was.
function nameOfMember(member: string): string {
  const name = member.replace(/[^\w.-]/g, '_').slice(0, LONGEST_NAME);
  if (name === member) return name;
  return `${name}-${createHash('sha256').update(member).digest('hex').slice(0, 16)}`;
}

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
  const part = join(storeIn(directory), `${key}.part`);
  const { source, take = false } = origin;
  await withWork(host, path, async (work) => {
    if (await host.stat(path)) return;
    if (take && source !== undefined) await removable(host, source);
    const made = await madeFrom(host, origin, part, work);
    await host.setAttributes(made, { mode: MODE });
    // Before the template is there: a later run that finds it doesn't look for what it was made from.
    if (made !== part) await host.remove(part);
    await host.publishNew(made, path);
  });
  if (take && source !== undefined) await host.remove(source);
  return path;
}

async function madeFrom(host: Host, origin: Origin, part: string, work: string): Promise<string> {
  const { url, source = part, checksum, member } = origin;
  if (url !== undefined && checksum) await fetchTo(host, url, part, checksum);
  const found = url === undefined ? await sourceAt(host, source) : undefined;
  const name = url === undefined ? basename(source) : fileNameOf(url);
  const packed = {
    ...{ path: source, kind: found?.kind, name, member },
    checksum: url === undefined ? checksum : undefined,
  };
  const unpacked = await unpack(host, packed, work);
  const shown = url === undefined ? source : shownUrl(url);
  const whole = unpacked !== source || url !== undefined;
  const disk = whole ? await wholeDisk(host, unpacked, shown) : inOneFile(found, shown);
  return asQcow2(host, { ...disk, path: unpacked }, work, { whole, take: origin.take === true });
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
      if (take && (await hasOneName(host, disk.path))) {
        if ((await host.run('ln', ['--', disk.path, made])).code === 0) return;
      }
      if (await reflink(host, disk.path, made)) return;
    }
    await convert(host, disk, made, { format: 'qcow2', preallocation: 'off', clusterSize: undefined });
  });
  return made;
}

// By another name, or the link's target, somebody could go on to write to what is a template now.
async function hasOneName(host: Host, path: string): Promise<boolean> {
  if ((await host.realPath(path)) !== path) return false;
  return (await host.run('stat', ['-c', '%h', '--', path])).stdout.trim() === '1';
}
