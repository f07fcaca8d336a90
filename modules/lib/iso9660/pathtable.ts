import { concat, joined, number16, number32 } from './bytes.ts';

/** A directory as a path table names it; `parent` is its parent's number in the table, from 1; the root's is its own. */
export interface PathTableEntry {
  readonly identifier: Uint8Array;
  readonly sector: number;
  readonly parent: number;
}

/** How many directories a path table can have: a parent's number has 16 bits (ECMA-119, 9.4.4). */
export const MOST_DIRECTORIES = 0xffff;

/**
 * A path table (ECMA-119, 9.4): type L is little endian, type M is big endian (6.9.1).
 * @param directories by level, then by their parents' numbers, then by identifier (6.9.1)
 */
export function pathTable(directories: readonly PathTableEntry[], littleEndian: boolean): Uint8Array {
  return joined(
    directories.map(({ identifier, sector, parent }) =>
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
