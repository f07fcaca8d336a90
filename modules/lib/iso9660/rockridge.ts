import { ascii, both32, concat, latin1, part, readBoth } from './bytes.ts';
import { IsoError, SECTOR, sectorsOf } from './image.ts';

/** A System Use entry: signature, length, version 1, data (SUSP 1.12, 4.1 and 4.2). */
const entry = (signature: string, ...data: Uint8Array[]): Uint8Array => {
  const body = concat(...data);
  return concat(ascii(signature), Uint8Array.of(body.length + 4, 1), body);
};

const CE_LENGTH = 28;

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

/** NM's flags: the name goes on in the next NM; it stands for `.` or `..` (RRIP 1.12, 4.1.4). */
const NAME_CONTINUES = 1;
const NAME_IS_SELF_OR_PARENT = 2 | 4;

const NM_HEAD = 5;

const nameEntry = (flags: number, bytes: Uint8Array) => entry('NM', Uint8Array.of(flags), bytes);

/** The continuation areas of an image, collected while its directories are made (SUSP 1.12, 5.1). */
export class Continuations {
  readonly #areas: Uint8Array[] = [];
  #length = 0;

  /** @param sector the first sector of the areas */
  constructor(private readonly sector: number) {}

  /**
   * Puts entries away, none across the end of a sector, since Linux reads one sector only.
   * @returns the CE that leads there
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

  /** All areas, whole sectors. Nothing is put after this. */
  bytes(): Uint8Array {
    this.#fill();
    return concat(...this.#areas);
  }

  #add(bytes: Uint8Array): void {
    this.#areas.push(bytes);
    this.#length += bytes.length;
  }

  #fill(): void {
    this.#add(new Uint8Array(sectorsOf(this.#length) * SECTOR - this.#length));
  }
}

/** The System Use field of the root's `.`. */
export const rootUse = (continuations: Continuations): Uint8Array =>
  concat(SP, PX(DIRECTORY_MODE, 2), continuations.put(ER));

/** The System Use field of `..`. */
export const parentUse = (): Uint8Array => PX(DIRECTORY_MODE, 2);

/**
 * The System Use field of a file.
 * @param name as UTF-8
 * @param mode its permission bits, e.g. 0o444
 * @param room how many bytes the field may have; what needs more goes to a continuation area
 */
export function fileUse(
  name: Uint8Array,
  mode: number,
  room: number,
  continuations: Continuations,
): Uint8Array {
  const attributes = PX(REGULAR_FILE | mode, 1);
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

/** Whether a System Use field is that of a root whose image has SUSP. @returns its LEN_SKP, or undefined (SUSP 1.12, 5.3) */
export function suspSkip(field: Uint8Array): number | undefined {
  return latin1(field.subarray(0, 2)) === 'SP' && field[2] === 7 && field[4] === 0xbe && field[5] === 0xef
    ? field[6]
    : undefined;
}

interface Entry {
  readonly signature: string;
  readonly bytes: Uint8Array;
}

// More areas than any name needs; a circle of them ends here.
const MOST_AREAS = 64;

function* entriesOf(image: Uint8Array, field: Uint8Array): Generator<Entry> {
  let area: Uint8Array | undefined = field;
  for (let areas = 0; area; areas++) {
    if (areas === MOST_AREAS)
      throw new IsoError('the image is damaged: its continuation areas go in a circle');
    let next: Uint8Array | undefined;
    for (let at = 0; at + 4 <= area.length; ) {
      const signature = latin1(area.subarray(at, at + 2));
      const length = area[at + 2] ?? 0;
      if (signature === '\0\0' || signature === 'ST') break;
      if (length < 4) throw new IsoError('the image is damaged: a System Use entry has no length');
      const bytes = part(area, at, length, `the System Use entry '${signature}'`);
      if (signature === 'CE') next = continuation(image, bytes);
      else yield { signature, bytes };
      at += length;
    }
    area = next;
  }
}

function continuation(image: Uint8Array, ce: Uint8Array): Uint8Array {
  const what = 'a continuation area';
  if (ce.length < CE_LENGTH) throw new IsoError('the image is damaged: a CE entry is too short');
  const start = readBoth(ce, 4, 4, what) * SECTOR + readBoth(ce, 12, 4, what);
  return part(image, start, readBoth(ce, 20, 4, what), what);
}

/**
 * The real name in a record's System Use field.
 * @returns undefined where the record has none
 * @throws IsoError when the entries are damaged
 */
export function rockRidgeName(image: Uint8Array, field: Uint8Array): string | undefined {
  const found: Uint8Array[] = [];
  for (const { signature, bytes } of entriesOf(image, field)) {
    if (signature !== 'NM' || bytes.length < 5) continue;
    const flags = bytes[4] ?? 0;
    if (flags & NAME_IS_SELF_OR_PARENT) return undefined;
    found.push(bytes.subarray(5));
    if (!(flags & NAME_CONTINUES)) break;
  }
  return found.length > 0
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(concat(...found))
    : undefined;
}
