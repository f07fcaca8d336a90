import { latin1, part, readBoth } from './bytes.ts';
import { IsoError, SECTOR } from './image.ts';
import { CE_LENGTH } from './rockridge.ts';
import type { Source } from './source.ts';

/** A System Use entry, whole: signature, length, version, data (SUSP 1.12, 4.1). */
export interface SystemUseEntry {
  readonly signature: string;
  readonly bytes: Uint8Array;
}

/** The length of CD-ROM XA's data before the entries, which LEN_SKP may leave out (SUSP 1.12, 5.3). */
const XA_LENGTH = 14;

/**
 * Looks whether an image has System Use entries, by the root's own System Use field.
 * @returns how many bytes of each other field come before them, or undefined where there are none (SUSP 1.12, 5.3)
 */
export function suspSkip(root: Uint8Array): { readonly root: number; readonly others: number } | undefined {
  for (const start of [0, XA_LENGTH]) {
    const field = root.subarray(start);
    const isSp = latin1(field.subarray(0, 2)) === 'SP' && field[2] === 7;
    if (isSp && field[4] === 0xbe && field[5] === 0xef) return { root: start, others: field[6] ?? 0 };
  }
  return undefined;
}

// More areas than any name needs, so a circle of them ends.
const MOST_AREAS = 64;

/** The largest area that is read, in bytes; Linux reads one sector. */
const MOST_AREA = 65_536;

/**
 * The entries in a System Use field and in its continuation areas.
 * @param field without the bytes to skip
 * @throws IsoError when they are damaged, or the image ends before an area does
 */
export async function entriesOf(source: Source, field: Uint8Array): Promise<SystemUseEntry[]> {
  const found: SystemUseEntry[] = [];
  let area: Uint8Array | undefined = field;
  for (let areas = 0; area; areas++) {
    if (areas === MOST_AREAS) {
      throw new IsoError('the image is damaged: its continuation areas form a circle');
    }
    let next: SystemUseEntry | undefined;
    for (const entry of entriesIn(area)) {
      if (entry.signature === 'CE') next = entry;
      else found.push(entry);
    }
    area = next && (await continuation(source, next.bytes));
  }
  return found;
}

function* entriesIn(area: Uint8Array): Generator<SystemUseEntry> {
  for (let at = 0; at + 4 <= area.length; ) {
    const signature = latin1(area.subarray(at, at + 2));
    const length = area[at + 2] ?? 0;
    if (signature === '\0\0' || signature === 'ST') return;
    if (length < 4) throw new IsoError('the image is damaged: a System Use entry has no length');
    yield { signature, bytes: part(area, at, length, 'a System Use entry') };
    at += length;
  }
}

async function continuation({ read }: Source, ce: Uint8Array): Promise<Uint8Array> {
  const what = 'a continuation area';
  if (ce.length < CE_LENGTH) throw new IsoError('the image is damaged: a CE entry is too short');
  const start = readBoth(ce, 4, 4, what) * SECTOR + readBoth(ce, 12, 4, what);
  const length = readBoth(ce, 20, 4, what);
  if (length > MOST_AREA) throw new IsoError(`the image is damaged: ${what} has ${length} bytes`);
  return read(start, length, what);
}
