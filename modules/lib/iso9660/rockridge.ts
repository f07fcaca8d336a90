import { ascii, both32, concat, joined } from './bytes.ts';
import { SECTOR, sectorsOf } from './image.ts';

/** A System Use entry: signature, length, version 1, data (SUSP 1.12, 4.1 and 4.2). */
const entry = (signature: string, ...data: Uint8Array[]): Uint8Array => {
  const body = joined(data);
  return concat(ascii(signature), Uint8Array.of(body.length + 4, 1), body);
};

/** The length of a CE entry (SUSP 1.12, 5.1). */
export const CE_LENGTH = 28;

/** SP: System Use entries begin at the first byte of each System Use field (SUSP 1.12, 5.3). Only in the root's `.`. */
const SP = entry('SP', Uint8Array.of(0xbe, 0xef, 0));

// RRIP 1.12, 4.3 names IEEE_P1282 too; genisoimage and xorriso write the older name, which every reader knows.
const ER_TEXTS = [
  'RRIP_1991A',
  'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
  'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
].map(ascii);

/** ER: the extension in use is Rock Ridge (SUSP 1.12, 5.5). 237 bytes, so it lies in a continuation area. */
const ER = entry('ER', Uint8Array.from([...ER_TEXTS.map(({ length }) => length), 1]), ...ER_TEXTS);

/** PX: mode, links, owner and group 0 (RRIP 1.12, 4.1.1), without the serial number, as genisoimage and xorriso write it. */
const PX = (mode: number, links: number) => entry('PX', both32(mode), both32(links), both32(0), both32(0));

const DIRECTORY_MODE = 0o040555;
const REGULAR_FILE = 0o100000;

/** NM's flag: the name continues in the next NM (RRIP 1.12, 4.1.4). */
export const NAME_CONTINUES = 1;

const NM_HEAD = 5;

const nameEntry = (flags: number, bytes: Uint8Array) => entry('NM', Uint8Array.of(flags), bytes);

/** The continuation areas of a directory, collected while its records are made (SUSP 1.12, 5.1). */
export class Continuations {
  readonly #areas: Uint8Array[] = [];
  #length = 0;

  /** @param sector the first sector of the areas */
  constructor(private readonly sector: number) {}

  /**
   * Adds entries to the area, none across the end of a sector, since Linux reads one sector only.
   * @returns the CE that points to them
   */
  put(entries: Uint8Array): Uint8Array {
    if ((this.#length % SECTOR) + entries.length > SECTOR) this.#fill();
    const at = this.#length;
    this.#add(entries);
    return entry(
      'CE',
      both32(this.sector + Math.floor(at / SECTOR)),
      both32(at % SECTOR),
      both32(entries.length),
    );
  }

  /** All areas, in whole sectors. Nothing may be added after this call. */
  bytes(): Uint8Array {
    this.#fill();
    return joined(this.#areas);
  }

  #add(bytes: Uint8Array): void {
    this.#areas.push(bytes);
    this.#length += bytes.length;
  }

  #fill(): void {
    this.#add(new Uint8Array(sectorsOf(this.#length) * SECTOR - this.#length));
  }
}

/** PX of a file. @param mode its permission bits, e.g. 0o444 */
export const fileAttributes = (mode: number): Uint8Array => PX(REGULAR_FILE | mode, 1);

/** PX of a directory; its `.` and `..` have no other entry. @param inner how many directories it has: each one's `..` is a link */
export const directoryAttributes = (inner: number): Uint8Array => PX(DIRECTORY_MODE, 2 + inner);

/** The System Use field of the root's `.`. */
export const rootUse = (attributes: Uint8Array, continuations: Continuations): Uint8Array =>
  concat(SP, attributes, continuations.put(ER));

/**
 * The System Use field of a named entry.
 * @param name as UTF-8
 * @param room how many bytes the field may have; what needs more goes to a continuation area
 */
export function namedUse(
  attributes: Uint8Array,
  name: Uint8Array,
  room: number,
  continuations: Continuations,
): Uint8Array {
  const left = room - attributes.length - NM_HEAD;
  if (name.length <= left) return concat(attributes, nameEntry(0, name));
  // The name begins in the record itself, as genisoimage and xorriso have it.
  const begun = left - CE_LENGTH;
  return concat(
    attributes,
    nameEntry(NAME_CONTINUES, name.subarray(0, begun)),
    continuations.put(nameEntry(0, name.subarray(begun))),
  );
}
