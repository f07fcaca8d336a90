import { ascii, both16, both32, concat, number16, number32 } from './bytes.ts';
import { SECTOR, sectorsOf } from './image.ts';

/** Where a file or directory lies: its first sector and its length in bytes. */
export interface Extent {
  readonly sector: number;
  readonly length: number;
}

/** The identifiers of a directory's first two records (ECMA-119, 7.6.2), and of the root in a path table. */
export const SELF = Uint8Array.of(0);
export const PARENT = Uint8Array.of(1);

/** File flags: bit 1 marks a directory, bit 7 says that another extent follows (ECMA-119, 9.1.6). */
export const DIRECTORY_FLAG = 2;
export const MULTI_EXTENT_FLAG = 0x80;

/** The longest directory record, since its length is one byte and even (ECMA-119, 9.1.1 and 9.1.13). */
export const MAX_RECORD = 254;

// One fixed moment for everything, so that the same files give the same bytes: 1980-01-01 00:00:00 UTC.
const RECORDED = Uint8Array.of(80, 1, 1, 0, 0, 0, 0);
const MADE = concat(ascii('1980010100000000'), Uint8Array.of(0));
const NEVER = concat(ascii('0'.repeat(16)), Uint8Array.of(0));

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

/** A directory as a path table names it; `parent` is its parent's place in the table, from 1, the root's own for the root. */
export interface PathTableEntry {
  readonly identifier: Uint8Array;
  readonly sector: number;
  readonly parent: number;
}

/** A path table (ECMA-119, 9.4): type L is little endian, type M is big endian (6.9.1). */
export function pathTable(directories: readonly PathTableEntry[], littleEndian: boolean): Uint8Array {
  return concat(
    ...directories.map(({ identifier, sector, parent }) =>
      concat(
        Uint8Array.of(identifier.length, 0),
        number32(sector, littleEndian),
        number16(parent, littleEndian),
        identifier,
        new Uint8Array(identifier.length % 2),
      ),
    ),
  );
}

/** What a primary and a supplementary volume descriptor say (ECMA-119, 8.4 and 8.5). */
export interface Volume {
  readonly label: string;
  /** The whole image, in sectors. */
  readonly sectors: number;
  readonly pathTableLength: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
  readonly root: Extent;
}

/** The first eight bytes of every volume descriptor: type, `CD001`, version (ECMA-119, 8.1). */
export const descriptorHead = (type: number): Uint8Array =>
  concat(Uint8Array.of(type), ascii('CD001'), Uint8Array.of(1));

/** The type of a descriptor (ECMA-119, 8.1.1). */
export const PRIMARY = 1;
export const SUPPLEMENTARY = 2;
export const TERMINATOR = 255;

/** What a supplementary descriptor's escape sequences are when it is Joliet's: UCS-2 level 1, 2, 3 (Joliet, "SVD Escape Sequences Field"). */
export const JOLIET_ESCAPES = ['%/@', '%/C', '%/E'];
export const ESCAPES_OFFSET = 88;

/**
 * A volume descriptor, one sector.
 * @param encode how its texts are encoded: `ascii` for the primary, `ucs2` for Joliet's
 */
export function volumeDescriptor(
  type: typeof PRIMARY | typeof SUPPLEMENTARY,
  volume: Volume,
  encode: (text: string) => Uint8Array,
): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  // A field is filled with spaces of its own encoding, and cut where a half character would remain.
  const text = (at: number, length: number, value: string) =>
    sector.set(encode(value.padEnd(length)).subarray(0, length), at);
  sector.set(descriptorHead(type));
  text(8, 32, 'LINUX');
  text(40, 32, volume.label);
  sector.set(both32(volume.sectors), 80);
  if (type === SUPPLEMENTARY) sector.set(ascii('%/E'), ESCAPES_OFFSET);
  sector.set(both16(1), 120);
  sector.set(both16(1), 124);
  sector.set(both16(SECTOR), 128);
  sector.set(both32(volume.pathTableLength), 132);
  sector.set(number32(volume.pathTableL, true), 140);
  sector.set(number32(volume.pathTableM, false), 148);
  sector.set(directoryRecord(SELF, volume.root, { directory: true }), 156);
  for (const at of [190, 318, 446]) text(at, 128, '');
  text(574, 128, 'PIECEWISE.CLOUD');
  for (const at of [702, 739, 776]) text(at, 36, '');
  // Three fields of 37 bytes: in Joliet the odd last byte stays zero, as genisoimage leaves it.
  if (type === PRIMARY) for (const at of [738, 775, 812]) text(at, 1, '');
  for (const [i, date] of [MADE, MADE, NEVER, NEVER].entries()) sector.set(date, 813 + i * 17);
  sector[881] = 1;
  return sector;
}

/** The volume descriptor set terminator, one sector (ECMA-119, 8.3). */
export function terminator(): Uint8Array {
  const sector = new Uint8Array(SECTOR);
  sector.set(descriptorHead(TERMINATOR));
  return sector;
}
