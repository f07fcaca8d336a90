import { fromUtf8, joined, readBoth } from './bytes.ts';
import { IsoError } from './image.ts';
import type { DirectoryRecord } from './readrecords.ts';
import { DIRECTORY_FLAG } from './records.ts';
import { NAME_CONTINUES } from './rockridge.ts';
import type { Source } from './source.ts';
import { entriesOf, type SystemUseEntry, suspSkip } from './susp.ts';

/** The Rock Ridge attributes of a record. */
export interface RockRidge {
  /** Undefined where it gives no name. */
  readonly name: string | undefined;
  /** The block of a directory that was moved, since it is too deep for ISO 9660 (RRIP 1.12, 4.1.5.1). */
  readonly movedTo?: number;
  /** Whether the record is that of a directory that belongs elsewhere (RRIP 1.12, 4.1.5.3). */
  readonly moved?: true;
  /** Why the record is neither a directory nor a plain file, e.g. `is a symbolic link`. */
  readonly other?: string;
}

/** Reads the Rock Ridge attributes of a record. */
export type RockRidgeOf = (record: DirectoryRecord) => Promise<RockRidge>;

/**
 * Looks whether an image has Rock Ridge, by its root's own record.
 * @returns how to read it, or undefined
 */
export async function rockRidge(source: Source, root: DirectoryRecord): Promise<RockRidgeOf | undefined> {
  const skip = suspSkip(root.systemUse);
  if (!skip) return undefined;
  const entries = await entriesOf(source, root.systemUse.subarray(skip.root));
  // Rock Ridge requires PX in every record, and other extensions of System Use don't have it (RRIP 1.12, 4.1.1).
  if (!entries.some(({ signature }) => signature === 'PX')) return undefined;
  return async (record) => {
    const entries = await entriesOf(source, record.systemUse.subarray(skip.others));
    return told(entries, (record.flags & DIRECTORY_FLAG) !== 0);
  };
}

function told(entries: readonly SystemUseEntry[], directory: boolean): RockRidge {
  const find = (signature: string) => entries.find((entry) => entry.signature === signature)?.bytes;
  const name = nameOf(entries);
  if (find('RE')) return { name, moved: true };
  const link = find('CL');
  if (link) return { name, movedTo: readBoth(link, 4, 4, "a moved directory's extent") };
  const other =
    (find('SL') && 'is a symbolic link') ??
    ((find('ZF') || find('Z2')) && 'is compressed by zisofs') ??
    (find('SF') && 'is recorded as a sparse file') ??
    kindOf(find('PX'), directory);
  return { name, ...(other ? { other } : {}) };
}

// No object: biome 2.5 makes other numbers of octal keys.
const KINDS: ReadonlyMap<number, string> = new Map([
  [0o010000, 'is a named pipe'],
  [0o020000, 'is a character device'],
  [0o060000, 'is a block device'],
  [0o120000, 'is a symbolic link'],
  [0o140000, 'is a socket'],
]);

function kindOf(px: Uint8Array | undefined, directory: boolean): string | undefined {
  if (!px) return undefined;
  const kind = readBoth(px, 4, 4, "a file's mode") & 0o170000;
  if (kind === (directory ? 0o040000 : 0o100000)) return undefined;
  return KINDS.get(kind) ?? 'has a mode of another type than its record';
}

/** NM's flags: it stands for `.` or `..` (RRIP 1.12, 4.1.4). */
const NAME_IS_SELF_OR_PARENT = 2 | 4;

function nameOf(entries: readonly SystemUseEntry[]): string | undefined {
  const found: Uint8Array[] = [];
  for (const { signature, bytes } of entries) {
    if (signature !== 'NM') continue;
    const flags = bytes[4] ?? 0;
    if (flags & NAME_IS_SELF_OR_PARENT) throw new IsoError('the image is damaged: a file is named . or ..');
    found.push(bytes.subarray(5));
    if (!(flags & NAME_CONTINUES)) break;
  }
  return found.length > 0 ? fromUtf8(joined(found)) : undefined;
}
