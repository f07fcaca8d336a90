import { compareCodePoints, type Image, type StoredFile, type Volume } from '../volume.ts';
import { readGeometry, readPart } from './bpb.ts';
import { type Chain, chainsOf } from './chain.ts';
import { entriesOf, type Found } from './directory.ts';
import { FatError, MOST_DIRECTORY } from './volume.ts';

/** What is found is told in memory: so many characters of paths, and so many for each entry on top, are enough. */
const MOST_TOLD = 0x400_0000;
const PER_ENTRY = 64;

/** A directory that is still to be read. */
interface Pending {
  /** With a slash at its end; '' for the root. */
  readonly prefix: string;
  readonly first: number;
}

/**
 * Reads a FAT12, FAT16 or FAT32 volume without a partition table, of ours or of anyone. Reads what tells where the
 * contents lie, and never the contents.
 * @returns the label is that of the root's entry, else the boot sector's, as it is stored; '' for none
 * @throws FatError when it isn't FAT, is damaged, cut short, or absurdly large
 */
export async function readFat(image: Image): Promise<Volume> {
  const geometry = await readGeometry(image);
  const { clusterSize, rootCluster } = geometry;
  const follow = chainsOf(image, geometry);
  const files: StoredFile[] = [];
  const pending: Pending[] = [];
  let label: string | undefined;
  let told = 0;

  async function directoryAt({ prefix, first }: Pending): Promise<Uint8Array> {
    const what = prefix === '' ? 'the root' : `the folder ${JSON.stringify(prefix.slice(0, -1))}`;
    const most = Math.ceil(MOST_DIRECTORY / clusterSize);
    const { extents } = await follow({ first, most, what, whole: true });
    const parts: Uint8Array[] = [];
    for (const { at, length } of extents) parts.push(await readPart(image, at, length, what));
    return Buffer.concat(parts);
  }

  async function fileAt(path: string, { first, size }: Found): Promise<StoredFile> {
    const what = `the file ${JSON.stringify(path)}`;
    const most = Math.ceil(size / clusterSize);
    const { extents, clusters } = await follow({ first, most, what, whole: false });
    if (clusters < most) {
      throw new FatError(`the image is damaged: ${what} has ${size} bytes and only ${clusters} clusters`);
    }
    return { path, size, extents: cut(extents, size) };
  }

  async function take(prefix: string, directory: Uint8Array): Promise<void> {
    const names = new Set<string>();
    for (const found of entriesOf(directory, geometry.kind)) {
      if (found.kind === 'label') {
        if (prefix === '') label ??= found.name;
        continue;
      }
      const path = prefix + found.name;
      if (names.has(found.name)) {
        throw new FatError(`the image is damaged: it has the path ${JSON.stringify(path)} twice`);
      }
      names.add(found.name);
      told += path.length + PER_ENTRY;
      if (told > MOST_TOLD) {
        throw new FatError('the image has more files, or longer paths, than can be told in memory');
      }
      if (found.kind === 'directory') pending.push({ prefix: `${path}/`, first: found.first });
      else files.push(await fileAt(path, found));
    }
  }

  if (rootCluster === undefined) {
    const { at, length } = geometry.root;
    await take('', await readPart(image, at, length, 'the root'));
  } else {
    pending.push({ prefix: '', first: rootCluster });
  }
  for (let next = pending.pop(); next; next = pending.pop()) {
    await take(next.prefix, await directoryAt(next));
  }
  files.sort((a, b) => compareCodePoints(a.path, b.path));
  return { label: label ?? geometry.label, files };
}

/** A chain's extents without what the last cluster has beyond the file's end. */
function cut(extents: Chain['extents'], size: number): StoredFile['extents'] {
  let left = size;
  return extents.map(({ at, length }) => {
    const used = Math.min(length, left);
    left -= used;
    return { at, length: used };
  });
}
