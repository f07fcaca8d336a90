import { basename, join } from 'node:path';
import { Failure, OptionError } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Bytes } from '../volume.ts';
import { type Checksum, checked } from './checksum.ts';
import { followed } from './follow.ts';
import { type Compression, HEAD, isCompression, isDisk, type Kind, kindOf } from './kind.ts';
import { chosen } from './members.ts';

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
  /** Its name for people, where the path's own isn't. */
  readonly name?: string;
  readonly checksum?: Checksum | undefined;
  /** Which file of an archive, where it holds several. */
  readonly member?: string | undefined;
}

/**
 * Unpacks a file until it is a disk, layer by layer, each recognised by content, as a stream: nothing but the disk, and
 * what else an archive holds, is written.
 * @param work a directory of our own
 * @returns the disk's path: below `work`, or the file's own where nothing is packed
 * @throws Failure when it is damaged, isn't what the checksum says, or holds no disk
 */
export async function unpack(host: Host, packed: Packed, work: string): Promise<string> {
  const { path, member } = packed;
  const name = packed.name ?? basename(path);
  const kind = kindOf((await host.readStart(path, HEAD)) ?? new Uint8Array());
  const total = (await host.stat(path))?.size;
  if (isDisk(kind) || kind === 'zip') {
    // These aren't read as a stream, so they are read once more for their checksum.
    if (packed.checksum) {
      for await (const _ of read(host, packed, `check ${name}`, total));
    }
    if (kind === 'zip') return unzip(host, packed, name, work);
    return path;
  }
  return layer(host, read(host, packed, `unpack ${name}`, total), name, work, member, 0);
}

function read(host: Host, { path, checksum }: Packed, what: string, total: number | undefined): Bytes {
  const content = followed(host, host.stream(path), what, total);
  return checksum ? checked(content, checksum, path) : content;
}

async function layer(
  host: Host,
  content: Bytes,
  name: string,
  work: string,
  member: string | undefined,
  depth: number,
): Promise<string> {
  const { head, all, close } = await peeked(content);
  try {
    return await unpackedAs(kindOf(head), host, all, name, work, member, depth);
  } finally {
    // Who stops reading ends the programs that it reads from.
    await close();
  }
}

async function unpackedAs(
  kind: Kind,
  host: Host,
  content: Bytes,
  name: string,
  work: string,
  member: string | undefined,
  depth: number,
): Promise<string> {
  if (isCompression(kind)) {
    if (depth === MOST_LAYERS) throw new Failure(`${name} is packed more than ${MOST_LAYERS} times`);
    const [program, ...args] = UNPACKERS[kind];
    const inner = host.pipeThrough(program, args, content, { what: name });
    return layer(host, inner, name, work, member, depth + 1);
  }
  if (kind === 'tar') return untar(host, content, name, work, member, depth);
  if (kind === 'zip')
    throw new Failure(`${name}: a zip archive inside of another: unpack the outer one first`);
  if (member !== undefined) {
    throw new OptionError('member', `${name} holds one file, and no archive to choose from`);
  }
  const disk = join(work, 'disk');
  if ((await host.writeSparse(disk, content)) === 0) {
    throw new Failure(`${name} is empty: there is no disk in it`);
  }
  return disk;
}

async function untar(
  host: Host,
  content: Bytes,
  name: string,
  work: string,
  member: string | undefined,
  depth: number,
): Promise<string> {
  const members = join(work, 'members');
  await host.makeDirectory(members);
  const args = ['--extract', '--sparse', '--no-same-owner', '--no-same-permissions', '--file=-'];
  try {
    for await (const _ of host.pipeThrough('tar', args, content, { what: name, cwd: members }));
  } catch (error) {
    // Of a full disk tar says only how far it came.
    const full = error instanceof Failure && /Wrote only/.test(error.message);
    throw full ? new Failure(`${work}: No space left on device: free some space on its file system`) : error;
  }
  const found = (await host.run('find', [members, '-type', 'f', '-print0'])).stdout
    .split('\0')
    .filter(Boolean);
  const files = found.map((path) => ({ name: path.slice(members.length + 1), path }));
  return inMember(host, (await chosen(host, files, name, member)).path, name, work, depth);
}

async function unzip(host: Host, { path, member }: Packed, name: string, work: string): Promise<string> {
  const members = join(work, 'members');
  await host.makeDirectory(members);
  const files: { name: string; path: string }[] = [];
  for await (const entry of host.zipEntries(path)) {
    // Not by its own name, which may lead anywhere.
    const file = { name: entry.name, path: join(members, String(files.length)) };
    await host.writeSparse(file.path, followed(host, entry.content, `unpack ${entry.name}`, entry.size));
    files.push(file);
  }
  return inMember(host, (await chosen(host, files, name, member)).path, name, work, 0);
}

// What was packed before it was put into the archive.
async function inMember(host: Host, path: string, name: string, work: string, depth: number) {
  const kind = kindOf((await host.readStart(path, HEAD)) ?? new Uint8Array());
  if (isDisk(kind)) return path;
  if (!isCompression(kind))
    throw new Failure(`${name}: an archive inside of another: unpack the outer one first`);
  const what = `unpack ${basename(path)}`;
  const content = followed(host, host.stream(path), what, (await host.stat(path))?.size);
  return layer(host, content, name, work, undefined, depth + 1);
}

// What a content begins with, and the whole of it.
async function peeked(content: Bytes) {
  const chunks: Uint8Array[] = [];
  const rest = content[Symbol.asyncIterator]();
  let length = 0;
  while (length < HEAD) {
    const { done, value } = await rest.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  async function* all(): Bytes {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { head: Buffer.concat(chunks), all: all(), close: () => rest.return?.() };
}
