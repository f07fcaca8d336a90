import type { Extent } from '../volume.ts';
import { part, readBoth } from './bytes.ts';
import { IsoError, SECTOR } from './image.ts';
import { systemUseOffset } from './records.ts';
import type { Source } from './source.ts';

/** A directory record as it was read (ECMA-119, 9.1). */
export interface DirectoryRecord {
  readonly identifier: Uint8Array;
  readonly extent: Extent;
  readonly flags: number;
  /** Whether the file is interleaved: its bytes have gaps between them (ECMA-119, 6.4.3). */
  readonly interleaved: boolean;
  readonly systemUse: Uint8Array;
}

/** @throws IsoError when the record is damaged */
export function parseRecord(record: Uint8Array): DirectoryRecord {
  const identifierLength = record[32] ?? 0;
  if (record.length < 34 || 33 + identifierLength > record.length) {
    throw new IsoError('the image is damaged: a directory record is too short');
  }
  // An extended attribute record precedes the content, and isn't counted in its length (ECMA-119, 9.1.2 to 9.1.4).
  const sector = readBoth(record, 2, 4, "a file's extent") + (record[1] ?? 0);
  return {
    identifier: record.subarray(33, 33 + identifierLength),
    extent: { at: sector * SECTOR, length: readBoth(record, 10, 4, "a file's length") },
    flags: record[25] ?? 0,
    interleaved: record[26] !== 0 || record[27] !== 0,
    systemUse: record.subarray(systemUseOffset(identifierLength)),
  };
}

/** A directory: its first record, which describes itself, and those of its entries. */
export interface DirectoryRecords {
  readonly self: DirectoryRecord;
  readonly inner: readonly DirectoryRecord[];
}

/** The most bytes of directories that are read of one image: some 400,000 files. */
const MOST_BYTES = 64 * 1024 * 1024;

/** @param bytes of the directories read so far @throws IsoError when that is too much for memory */
export function checkAmount(bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new IsoError(`the image's directories have over ${MOST_BYTES / 1024 / 1024} MiB, too much to read`);
}

/** @throws IsoError when the directory is damaged, too large, or the image ends before it does */
export async function readDirectory({ read }: Source, { at, length }: Extent): Promise<DirectoryRecords> {
  checkAmount(length);
  const bytes = await read(at, length, 'a directory');
  const [self, parent, ...inner] = recordsIn(bytes);
  if (!self || !parent || !isSelfOrParent(self) || !isSelfOrParent(parent)) {
    throw new IsoError("the image is damaged: a directory doesn't begin with itself and its parent");
  }
  return { self, inner };
}

function* recordsIn(bytes: Uint8Array): Generator<DirectoryRecord> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    // Records don't cross sectors, and the rest of a sector is zero (ECMA-119, 6.8.1.1).
    if (length === 0) at = (Math.floor(at / SECTOR) + 1) * SECTOR;
    else {
      yield parseRecord(part(bytes, at, length, 'a directory record'));
      at += length;
    }
  }
}

const isSelfOrParent = ({ identifier }: DirectoryRecord) =>
  identifier.length === 1 && (identifier[0] ?? 0) <= 1;
