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

/** The command that unpacks each format. */
const UNPACKERS: Readonly<Record<Compression, readonly [string, ...string[]]>> = {
  gz: ['gzip', '-dc'],
  xz: ['xz', '-dc', '-T0'],
  zst: ['zstd', '-dcq', '--long=31'],
  bz2: ['bzip2', '-dc'],
};

/** A limit for files that unpack to themselves. */
const MOST_LAYERS = 8;

export interface Packed {
  readonly path: string;
  /** Its format when the content must not decide: a guest may have written anything into its disk. */
  readonly kind?: Kind | undefined;
  /** Its name for messages; that of the path by default. */
  readonly name?: string;
  readonly checksum?: Checksum | undefined;
  /** The file of an archive that is the disk. */
  readonly member?: string | undefined;
}

/** One layer of a file that is packed several times. */
interface Layer {
  readonly host: Host;
  /** The directory to unpack to. */
  readonly work: string;
  /** The name of the outermost file, for messages. */
  readonly name: string;
  /** The file to choose from the next archive. Archives inside that one must have one disk. */
  readonly member: string | undefined;
  readonly depth: number;
}

const kindAt = async (host: Host, path: string) =>
  kindOf((await host.readStart(path, HEAD)) ?? new Uint8Array());

/** The next layer. Its files have names of their own. */
function inside(layer: Layer): Layer {
  const depth = layer.depth + 1;
  if (depth > MOST_LAYERS) throw new Failure(`${layer.name} is packed more than ${MOST_LAYERS} times`);
  return { ...layer, depth };
}

const layerPath = ({ work, depth }: Layer, what: string) => join(work, `${what}-${depth}`);

/**
 * Unpacks a file, layer by layer, until it is a disk. Each layer is recognised by its content. Layers are streamed: only
 * the disk and the files of archives are written.
 * @param work a directory for the unpacked files
 * @returns the disk's path: below `work`, or the file's own path when it isn't packed
 * @throws Failure when it is damaged, differs from the checksum, or holds no disk
 */
export async function unpack(host: Host, packed: Packed, work: string): Promise<string> {
  const { path, member, checksum, name = basename(path) } = packed;
  const kind = packed.kind ?? (await kindAt(host, path));
  const layer = { host, work, name, member, depth: 0 };
  if (!checksum) return fromFile(layer, path, kind);
  const what = isDisk(kind) || kind === 'zip' ? `check ${name}` : `unpack ${name}`;
  const content = verified(await read(layer, path, what), checksum, path);
  if (what.startsWith('unpack')) return fromStream(layer, content);
  // Disks and zip archives aren't streamed, so they are read once more for the checksum: once for all disks of a task.
  const compared = verifiedFiles(host);
  const key = `${path} ${checksum.algorithm}:${checksum.digest}`;
  if (!compared.has(key)) for await (const _ of content);
  compared.add(key);
  return fromFile(layer, path, kind);
}

// The files whose checksums were compared in this run.
const verifiedFiles = /* @__PURE__ */ oncePerHost(() => new Set<string>());

/**
 * Unpacks the archive of a root, which may be compressed, to one that isn't. Nothing is extracted.
 * @param to the file to write
 * @throws Failure when it is damaged, differs from the checksum, or is no tar archive
 */
export async function unpackRoot(host: Host, packed: Packed, to: string): Promise<void> {
  const { path, checksum, name = basename(path) } = packed;
  const layer = { host, work: '', name, member: undefined, depth: 0 };
  const content = await read(layer, path, `unpack ${name}`);
  await tarFromStream(layer, checksum ? verified(content, checksum, path) : content, to);
}

async function tarFromStream(layer: Layer, content: Bytes, to: string): Promise<void> {
  const { host, name } = layer;
  const { head, all, close } = await readStreamHead(content);
  try {
    const kind = kindOf(head);
    if (kind === 'tar') await host.writeSparse(to, all);
    else if (isCompression(kind)) {
      const [program, ...args] = UNPACKERS[kind];
      await tarFromStream(inside(layer), host.pipeThrough(program, args, all, { what: name }), to);
    } else throw new Failure(`${name} is not a tar archive: the root of a container is made from one`);
  } finally {
    await close();
  }
}

async function read({ host }: Layer, path: string, what: string): Promise<Bytes> {
  return withProgress(host, host.stream(path), what, (await host.stat(path))?.size);
}

async function fromFile(layer: Layer, path: string, kind: Kind): Promise<string> {
  const { host, name, depth } = layer;
  if (isDisk(kind)) return checkDisk(layer, path);
  if (kind === 'zip') {
    return fromMembers(layer, await extractZip(host, path, await directory(layer)));
  }
  // A file of an archive is shown by its own name.
  const shown = depth === 0 ? name : basename(path);
  return fromStream(layer, await read(layer, path, `unpack ${shown}`));
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
    path = layerPath(layer, 'disk');
    await host.writeSparse(path, all);
  } finally {
    // It ends the programs that produce the stream, too.
    await close();
  }
  return fromFile(inside(layer), path, await kindAt(host, path));
}

async function directory(layer: Layer): Promise<string> {
  const path = layerPath(layer, 'members');
  await layer.host.makeDirectory(path);
  return path;
}

async function fromMembers(layer: Layer, members: readonly Member[]): Promise<string> {
  const { host, name, member } = layer;
  const { path } = await chooseMember(host, members, name, member);
  return fromFile({ ...inside(layer), member: undefined }, path, await kindAt(host, path));
}

async function checkDisk({ host, name, member }: Layer, path: string): Promise<string> {
  if (member !== undefined) {
    throw new OptionError('member', `${name} is not an archive and has no members`);
  }
  const file = await host.stat(path);
  // stat gives no length for a device.
  if (file?.kind === 'file' && file.size === 0) throw new Failure(`${name} is empty: there is no disk in it`);
  return path;
}
