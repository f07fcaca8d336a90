import { basename, join } from 'node:path';
import { Failure, OptionError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { oncePerHost } from '../../host/once.ts';
import type { Bytes } from '../../volume.ts';
import { type Checksum, verified } from '../fetch/checksum.ts';
import { type Compression, HEAD, isCompression, isDisk, type Kind, kindOf } from '../formats/detect.ts';
import { withProgress } from '../progress.ts';
import { extractTar, extractZip } from './archive.ts';
import { chooseMember, type Member } from './members.ts';
import { readStreamHead } from './stream-head.ts';

/** The program that unpacks each. */
const UNPACKERS: Readonly<Record<Compression, readonly [string, ...string[]]>> = {
  gz: ['gzip', '-dc'],
  xz: ['xz', '-dc', '-T0'],
  zst: ['zstd', '-dcq', '--long=31'],
  bz2: ['bzip2', '-dc'],
};

/** More layers than anybody packs a disk in; a file that unpacks to itself ends here. */
const MOST_LAYERS = 8;

export interface Packed {
  readonly path: string;
  /** What it is, where that isn't to be seen from its content: a guest may have written anything into its disk. */
  readonly kind?: Kind | undefined;
  /** Its name for people, where the path's own isn't. */
  readonly name?: string;
  readonly checksum?: Checksum | undefined;
  /** Which file of an archive, where it holds several. */
  readonly member?: string | undefined;
}

/** What is being unpacked, and how far in that is. */
interface Layer {
  readonly host: Host;
  /** A directory of our own. */
  readonly work: string;
  /** What all of it is packed in, for people. */
  readonly name: string;
  /** Which file of the next archive; of one inside of that nobody asks for another. */
  readonly member: string | undefined;
  readonly depth: number;
}

const kindAt = async (host: Host, path: string) =>
  kindOf((await host.readStart(path, HEAD)) ?? new Uint8Array());

/** The layer inside of another, where its files are its own. */
function inside(layer: Layer): Layer {
  const depth = layer.depth + 1;
  if (depth > MOST_LAYERS) throw new Failure(`${layer.name} is packed more than ${MOST_LAYERS} times`);
  return { ...layer, depth };
}

const ownPath = ({ work, depth }: Layer, what: string) => join(work, `${what}-${depth}`);

/**
 * Unpacks a file until it is a disk, layer by layer, each recognised by content, as a stream: nothing but the disk, and
 * what archives hold, is written.
 * @param work a directory of our own
 * @returns the disk's path: below `work`, or the file's own where nothing is packed
 * @throws Failure when it is damaged, isn't what the checksum says, or holds no disk
 */
export async function unpack(host: Host, packed: Packed, work: string): Promise<string> {
  const { path, member, checksum, name = basename(path) } = packed;
  const kind = packed.kind ?? (await kindAt(host, path));
  const layer = { host, work, name, member, depth: 0 };
  if (!checksum) return fromFile(layer, path, kind);
  const what = isDisk(kind) || kind === 'zip' ? `check ${name}` : `unpack ${name}`;
  const content = verified(await read(layer, path, what), checksum, path);
  if (what.startsWith('unpack')) return fromStream(layer, content);
  // These aren't read as a stream, so they are read once more for their checksum: once for all disks of a task.
  const agreed = agreements(host);
  const key = `${path} ${checksum.algorithm}:${checksum.digest}`;
  if (!agreed.has(key)) for await (const _ of content);
  agreed.add(key);
  return fromFile(layer, path, kind);
}

// The files of a host whose checksums were compared in this run.
const agreements = oncePerHost(() => new Set<string>());

async function read({ host }: Layer, path: string, what: string): Promise<Bytes> {
  return withProgress(host, host.stream(path), what, (await host.stat(path))?.size);
}

async function fromFile(layer: Layer, path: string, kind: Kind): Promise<string> {
  const { host, name, depth } = layer;
  if (isDisk(kind)) return theDisk(layer, path);
  if (kind === 'zip') {
    return fromMembers(layer, await extractZip(host, path, await directory(layer)));
  }
  // In an archive people know a file by its own name.
  const own = depth === 0 ? name : basename(path);
  return fromStream(layer, await read(layer, path, `unpack ${own}`));
}

async function fromStream(layer: Layer, content: Bytes): Promise<string> {
  const { host, name } = layer;
  const { head, all, close } = await readStreamHead(content);
  let path: string;
  try {
    const kind = kindOf(head);
    if (isCompression(kind)) {
      const [program, ...args] = UNPACKERS[kind];
      return await fromStream(inside(layer), host.pipeThrough(program, args, all, { what: name }));
    }
    if (kind === 'tar') {
      return await fromMembers(layer, await extractTar(host, all, await directory(layer), name));
    }
    path = ownPath(layer, 'disk');
    await host.writeSparse(path, all);
  } finally {
    // Who stops reading ends the programs that it reads from.
    await close();
  }
  return fromFile(inside(layer), path, await kindAt(host, path));
}

async function directory(layer: Layer): Promise<string> {
  const path = ownPath(layer, 'members');
  await layer.host.makeDirectory(path);
  return path;
}

async function fromMembers(layer: Layer, members: readonly Member[]): Promise<string> {
  const { host, name, member } = layer;
  const { path } = await chooseMember(host, members, name, member);
  return fromFile({ ...inside(layer), member: undefined }, path, await kindAt(host, path));
}

async function theDisk({ host, name, member }: Layer, path: string): Promise<string> {
  if (member !== undefined) {
    throw new OptionError('member', `${name} holds one file, and no archive to choose from`);
  }
  const file = await host.stat(path);
  // A device has no length of its own.
  if (file?.kind === 'file' && file.size === 0) throw new Failure(`${name} is empty: there is no disk in it`);
  return path;
}
