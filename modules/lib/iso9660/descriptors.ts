import { ascii, both16, both32, concat, number32 } from './bytes.ts';
import { SECTOR } from './image.ts';
import { directoryRecord, type Extent, SELF } from './records.ts';

/** The system area before the descriptors, 16 sectors of zeros (ECMA-119, 6.2.1). */
export const SYSTEM_AREA = 16;

/** The type of a descriptor (ECMA-119, 8.1.1). */
export const PRIMARY = 1;
export const SUPPLEMENTARY = 2;
export const TERMINATOR = 255;

/** What a supplementary descriptor's escape sequences are when it is Joliet's: UCS-2 level 1, 2, 3 (Joliet, "SVD Escape Sequences Field"). */
export const JOLIET_ESCAPES = ['%/@', '%/C', '%/E'];
export const ESCAPES_OFFSET = 88;

// The moment of the records, 1980-01-01 00:00:00 UTC, with digits (ECMA-119, 8.4.26.1).
const MADE = concat(ascii('1980010100000000'), Uint8Array.of(0));
const NEVER = concat(ascii('0'.repeat(16)), Uint8Array.of(0));

/** The fields of a primary or supplementary volume descriptor (ECMA-119, 8.4 and 8.5). */
export interface Described {
  readonly label: string;
  /** The whole image, in sectors. */
  readonly sectors: number;
  readonly pathTableLength: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
  readonly root: Extent;
}

// The first eight bytes of every volume descriptor: type, `CD001`, version (ECMA-119, 8.1).
const descriptorHead = (type: number): Uint8Array =>
  concat(Uint8Array.of(type), ascii('CD001'), Uint8Array.of(1));

/**
 * A volume descriptor, one sector.
 * @param encode how its texts are encoded: `ascii` for the primary, `ucs2` for Joliet's
 */
export function volumeDescriptor(
  type: typeof PRIMARY | typeof SUPPLEMENTARY,
  volume: Described,
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
