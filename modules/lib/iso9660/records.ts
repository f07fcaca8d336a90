import { both16, both32 } from './bytes.ts';
import { SECTOR, sectorsOf } from './image.ts';

/** Where a file or directory lies: its first sector and its length in bytes. */
export interface Extent {
  readonly sector: number;
  readonly length: number;
}

/** The identifiers of a directory's first two records (ECMA-119, 7.6.2), and of the root in a path table. */
export const SELF = Uint8Array.of(0);
export const PARENT = Uint8Array.of(1);

/** File flags: bit 1 marks a directory, bit 2 an associated file, bit 7 that another extent follows (ECMA-119, 9.1.6). */
export const DIRECTORY_FLAG = 2;
export const ASSOCIATED_FLAG = 4;
export const MULTI_EXTENT_FLAG = 0x80;

/** The longest directory record, since its length is one byte and even (ECMA-119, 9.1.1 and 9.1.13). */
export const MAX_RECORD = 254;

// One fixed moment for everything, so that the same files give the same bytes: 1980-01-01 00:00:00 UTC.
const RECORDED = Uint8Array.of(80, 1, 1, 0, 0, 0, 0);

/** The bytes of a record before its identifier, and those of the identifier with its padding (ECMA-119, 9.1.12). */
export const systemUseOffset = (identifierLength: number): number =>
  33 + identifierLength + (identifierLength % 2 === 0 ? 1 : 0);

interface RecordOptions {
  readonly directory?: boolean;
  readonly systemUse?: Uint8Array;
}

const NOTHING: Uint8Array = new Uint8Array();

/**
 * A directory record (ECMA-119, 9.1).
 * @param systemUse the System Use field: Rock Ridge's entries, at most `MAX_RECORD - systemUseOffset(…)` bytes
 */
export function directoryRecord(
  identifier: Uint8Array,
  extent: Extent,
  { directory = false, systemUse = NOTHING }: RecordOptions = {},
): Uint8Array {
  const start = systemUseOffset(identifier.length);
  const record = new Uint8Array(start + systemUse.length + ((start + systemUse.length) % 2));
  record[0] = record.length;
  record.set(both32(extent.sector), 2);
  record.set(both32(extent.length), 10);
  record.set(RECORDED, 18);
  record[25] = directory ? DIRECTORY_FLAG : 0;
  record.set(both16(1), 28);
  record[32] = identifier.length;
  record.set(identifier, 33);
  record.set(systemUse, start);
  return record;
}

/** A directory's bytes: its records in order, none across the end of a sector (ECMA-119, 6.8.1.1), whole sectors. */
export function directoryBytes(records: readonly Uint8Array[]): Uint8Array {
  const starts: number[] = [];
  let at = 0;
  for (const { length } of records) {
    if ((at % SECTOR) + length > SECTOR) at = sectorsOf(at) * SECTOR;
    starts.push(at);
    at += length;
  }
  const bytes = new Uint8Array(sectorsOf(at) * SECTOR);
  for (const [i, record] of records.entries()) bytes.set(record, starts[i]);
  return bytes;
}
