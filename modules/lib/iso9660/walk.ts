import type { Extent, StoredFile } from '../volume.ts';
import { IsoError, PATH_LENGTH, SECTOR } from './image.ts';
import { checkAmount, type DirectoryRecord, readDirectory } from './readrecords.ts';
import { ASSOCIATED_FLAG, DIRECTORY_FLAG, MULTI_EXTENT_FLAG } from './records.ts';
import type { Source } from './source.ts';

/** What a record describes. */
export interface Meaning {
  readonly name: string;
  /** The byte of a directory that was moved; its record is that of a file. */
  readonly movedTo?: number;
  /** Whether to ignore it: it is found elsewhere. */
  readonly moved?: true;
  /** Why it is neither a directory nor a plain file. */
  readonly other?: string;
}

/** How a hierarchy is read. */
export interface Hierarchy {
  readonly root: Extent;
  readonly meaningOf: (record: DirectoryRecord) => Promise<Meaning>;
}

interface Open {
  readonly extent: Extent;
  /** Its path with a slash at the end, empty for the root. */
  readonly prefix: string;
}

/**
 * All files of a hierarchy, in no order.
 * @throws IsoError when it is damaged or holds what isn't a plain file
 */
export async function filesOf(source: Source, hierarchy: Hierarchy): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  const open: Open[] = [{ extent: hierarchy.root, prefix: '' }];
  const seen = new Set<number>();
  let read = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { extent } = next;
    if (seen.has(extent.at)) throw new IsoError('the image is damaged: its directories form a circle');
    seen.add(extent.at);
    read += extent.length;
    checkAmount(read);
    const found = await readOne(source, hierarchy, next);
    for (const file of found.files) files.push(file);
    for (const directory of found.directories) open.push(directory);
  }
  return files;
}

/** A file with more extents to follow. */
interface Unfinished {
  readonly identifier: string;
  readonly path: string;
  readonly extents: Extent[];
}

async function readOne(source: Source, { meaningOf }: Hierarchy, { extent, prefix }: Open) {
  const files: StoredFile[] = [];
  const directories: Open[] = [];
  let unfinished: Unfinished | undefined;
  for (const record of (await readDirectory(source, extent)).inner) {
    // Linux and macOS show no associated files: they are the other forks of Apple's files.
    if (record.flags & ASSOCIATED_FLAG) continue;
    const { name, movedTo, moved, other } = await meaningOf(record);
    const path = prefix + checked(name, prefix);
    if (moved) continue;
    if (other)
      throw new IsoError(`the file ${JSON.stringify(path)} of the image ${other}, which is not supported`);
    if (movedTo !== undefined || record.flags & DIRECTORY_FLAG) {
      const extent = movedTo === undefined ? record.extent : await extentAt(source, movedTo);
      directories.push({ extent: extent, prefix: `${path}/` });
      continue;
    }
    const identifier = record.identifier.join();
    if (unfinished && unfinished.identifier !== identifier) throw incomplete(unfinished.path);
    const begun: Unfinished = unfinished ?? { identifier, path, extents: [] };
    if (record.extent.length > 0) begun.extents.push(within(source, record, begun.path));
    unfinished = record.flags & MULTI_EXTENT_FLAG ? begun : undefined;
    if (!unfinished) files.push(stored(begun));
  }
  if (unfinished) throw incomplete(unfinished.path);
  return { files, directories };
}

const incomplete = (path: string) =>
  new IsoError(`the image is damaged: the last extent of the file ${JSON.stringify(path)} is missing`);

const stored = ({ path, extents }: Unfinished): StoredFile => ({
  path,
  size: extents.reduce((sum, { length }) => sum + length, 0),
  extents,
});

function checked(name: string, prefix: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
    throw new IsoError(`the image is damaged: ${JSON.stringify(name)} is not a valid file name`);
  }
  if (prefix.length + name.length > PATH_LENGTH) {
    throw new IsoError(`the image has a path that is longer than ${PATH_LENGTH} characters`);
  }
  return name;
}

function within({ size }: Source, { extent, interleaved }: DirectoryRecord, path: string): Extent {
  if (interleaved)
    throw new IsoError(
      `the file ${JSON.stringify(path)} of the image is interleaved, which is not supported`,
    );
  if (extent.at + extent.length > size) {
    throw new IsoError(`the image ends at byte ${size}, before the end of the file ${JSON.stringify(path)}`);
  }
  return extent;
}

// Only its own first record has the length of a moved directory.
async function extentAt(source: Source, at: number): Promise<Extent> {
  const { self } = await readDirectory(source, { at, length: SECTOR });
  return { at, length: self.extent.length };
}
