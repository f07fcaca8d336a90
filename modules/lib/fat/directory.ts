import { plainLabel } from './bpb.ts';
import { shortText } from './codepage.ts';
import {
  ATTRIBUTE,
  checksum,
  ENTRY,
  FatError,
  type Kind,
  LAST_PART,
  LONG_MASK,
  LONG_UNITS,
  LOWER_EXTENSION,
  LOWER_STEM,
} from './volume.ts';

/** What an entry of a directory tells. */
export interface Found {
  readonly kind: 'file' | 'directory' | 'label';
  /** Its long name where there is one, else its 8.3 name. */
  readonly name: string;
  /** The first cluster's number. */
  readonly first: number;
  /** Bytes; 0 for a directory. */
  readonly size: number;
}

const DELETED = 0xe5;
/** Stands for E5 where that is a letter. */
const E5 = 0x05;

/** A long name of which some parts have been seen: they are stored last first. */
interface Parts {
  readonly sum: number;
  /** The next part's number; 0 when all are there. */
  readonly next: number;
  readonly text: string;
}

/**
 * The entries of a directory, without deleted ones, itself and its parent.
 * @param bytes the whole directory
 * @param kind of the volume: a cluster's number has 32 bits in FAT32 only
 * @throws FatError when a name is damaged
 */
export function* entriesOf(bytes: Uint8Array, kind: Kind): Generator<Found> {
  let long: Parts | undefined;
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY);
    const [begin = 0, attributes = 0] = [entry[0], entry[11]];
    if (begin === 0) return;
    if (begin !== DELETED && (attributes & LONG_MASK) === ATTRIBUTE.long) {
      long = withPart(long, entry);
      continue;
    }
    const parts = long;
    long = undefined;
    if (begin === DELETED || isSelfOrParent(entry)) continue;
    yield foundIn(entry, kind, parts);
  }
}

const isSelfOrParent = (entry: Uint8Array) => /^\.\.? +$/.test(shortText(entry.subarray(0, 11)));

function foundIn(entry: Uint8Array, kind: Kind, parts: Parts | undefined): Found {
  const attributes = entry[11] ?? 0;
  const view = new DataView(entry.buffer, entry.byteOffset, ENTRY);
  // OS/2 and Windows NT kept something else in the upper half before.
  const upper = kind === 32 ? view.getUint16(20, true) : 0;
  const first = upper * 0x1_0000 + view.getUint16(26, true);
  const size = view.getUint32(28, true);
  const field = Uint8Array.from(entry.subarray(0, 11));
  const long = parts?.next === 0 && parts.sum === checksum(field) ? parts.text : undefined;
  if (field[0] === E5) field[0] = 0xe5;
  if (attributes & ATTRIBUTE.label) return { kind: 'label', name: plainLabel(field), first, size };
  const name = long !== undefined && isName(long) ? long : shortName(field, entry[12] ?? 0);
  if (!isName(name)) {
    throw new FatError(`the image is damaged: a directory has the name ${JSON.stringify(name)}`);
  }
  return attributes & ATTRIBUTE.directory
    ? { kind: 'directory', name, first, size: 0 }
    : { kind: 'file', name, first, size };
}

// A name that would change the path it stands in, or couldn't be shown.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
const isName = (name: string) => !/^$|^\.\.?$|[/\x00-\x1f]/.test(name);

function shortName(field: Uint8Array, lower: number): string {
  const part = (from: number, to: number, inLower: number) => {
    const text = shortText(field.subarray(from, to)).trimEnd();
    // Letter by letter, since a sigma is another one at the end of a word.
    return lower & inLower ? Array.from(text, (letter) => letter.toLowerCase()).join('') : text;
  };
  const [stem, extension] = [part(0, 8, LOWER_STEM), part(8, 11, LOWER_EXTENSION)];
  return extension === '' ? stem : `${stem}.${extension}`;
}

/** A part that isn't the one before's next begins nothing: without its end a name is no name. */
function withPart(before: Parts | undefined, entry: Uint8Array): Parts | undefined {
  const [order = 0, sum = 0] = [entry[0], entry[13]];
  const number = order & ~LAST_PART;
  if (number === 0 || number > Math.ceil(255 / LONG_UNITS.length)) return undefined;
  const isNext = before?.next === number && before.sum === sum;
  if (!(order & LAST_PART) && !isNext) return undefined;
  const after = order & LAST_PART ? '' : (before?.text ?? '');
  return { sum, next: number - 1, text: unitsOf(entry) + after };
}

function unitsOf(entry: Uint8Array): string {
  const view = new DataView(entry.buffer, entry.byteOffset, ENTRY);
  const units = LONG_UNITS.map((at) => view.getUint16(at, true));
  const end = units.indexOf(0);
  return String.fromCharCode(...(end < 0 ? units : units.slice(0, end)));
}
