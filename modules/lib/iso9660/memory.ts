import { type Content, imageOf } from '../volume.ts';
import { concat, joined } from './bytes.ts';
import { IsoError } from './image.ts';
import { readIso } from './read.ts';
import { type WriteOptions, writeIso } from './write.ts';

/** A file of an image that is small enough for memory: its path, and its bytes as they are. */
export interface IsoFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const inMemory = (piece: Content): Uint8Array => {
  if (piece instanceof Uint8Array) return piece;
  throw new IsoError(`the file ${piece.source} isn't in memory`);
};

/** `writeIso` for files and an image in memory. @throws IsoError as `writeIso` */
export const isoBytes = (files: readonly IsoFile[], options: WriteOptions): Uint8Array =>
  joined(
    Array.from(
      writeIso(
        files.map(({ name, content }) => ({ path: name, content })),
        options,
      ),
      inMemory,
    ),
  );

/** `readIso` for an image in memory, with the files' contents. @throws IsoError as `readIso` */
export async function isoFiles(bytes: Uint8Array): Promise<{ label: string; files: IsoFile[] }> {
  const { label, files } = await readIso(imageOf(bytes));
  return {
    label,
    files: files.map(({ path, extents }) => ({
      name: path,
      content: concat(...extents.map(({ at, length }) => bytes.subarray(at, at + length))),
    })),
  };
}
