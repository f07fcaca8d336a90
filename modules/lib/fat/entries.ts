import { isPlain } from './alias.ts';
import { ATTRIBUTE, checksum, ENTRY, LAST_PART, LONG_UNITS } from './volume.ts';

/** An entry of a directory without its long name. */
export interface ShortEntry {
  /** 11 characters, ASCII. */
  readonly alias: string;
  readonly attributes: number;
  /** The first cluster; 0 for an empty file, and for the root as a parent. */
  readonly first: number;
  /** Bytes; 0 for a directory. */
  readonly size: number;
}

// One fixed moment for everything, so that the same files give the same bytes: 1980-01-01 00:00:00, the first there is.
const DATE = (1 << 5) | 1;

/** @returns the bytes of an entry (Microsoft's FAT specification 1.03, "FAT Directory Structure") */
export function shortEntry({ alias, attributes, first, size }: ShortEntry): Uint8Array {
  const bytes = new Uint8Array(ENTRY);
  const view = new DataView(bytes.buffer);
  bytes.set(Uint8Array.from(alias, (char) => char.charCodeAt(0)));
  bytes[11] = attributes;
  for (const at of [16, 18, 24]) view.setUint16(at, DATE, true);
  view.setUint16(20, first >>> 16, true);
  view.setUint16(26, first & 0xffff, true);
  view.setUint32(28, size, true);
  return bytes;
}

/**
 * The entries of a name: the parts of its long name, last first, where it needs one, and the short one.
 * @returns one entry after the other, 32 bytes each
 */
export function entriesFor(name: string, short: ShortEntry): Uint8Array {
  const own = shortEntry(short);
  if (isPlain(name)) return own;
  const parts = Math.ceil(name.length / LONG_UNITS.length);
  const bytes = new Uint8Array((parts + 1) * ENTRY);
  const sum = checksum(own.subarray(0, 11));
  for (let part = parts; part > 0; part--) {
    const view = new DataView(bytes.buffer, (parts - part) * ENTRY, ENTRY);
    view.setUint8(0, part === parts ? part | LAST_PART : part);
    view.setUint8(11, ATTRIBUTE.long);
    view.setUint8(13, sum);
    for (const [i, at] of LONG_UNITS.entries()) {
      const index = (part - 1) * LONG_UNITS.length + i;
      // A zero ends the name where it doesn't fill the entry, and ones fill the rest.
      const unit = index < name.length ? name.charCodeAt(index) : index === name.length ? 0 : 0xffff;
      view.setUint16(at, unit, true);
    }
  }
  bytes.set(own, parts * ENTRY);
  return bytes;
}
