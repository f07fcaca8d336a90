import { MEDIA } from './boot.ts';
import type { Layout } from './layout.ts';
import { FIRST_CLUSTER, type Kind, SECTOR } from './volume.ts';

/** Table entries that are made, and read, at once: whole bytes of each kind. */
export const PAGE = 4096;

/** The largest number of an entry: FAT32 uses 28 of its 32 bits. */
export const largest = (kind: Kind): number => 2 ** Math.min(kind, 28) - 1;

/**
 * Reads an entry of a table.
 * @param index from the beginning of the page
 */
export function getEntry(page: DataView, kind: Kind, index: number): number {
  if (kind === 16) return page.getUint16(index * 2, true);
  if (kind === 32) return page.getUint32(index * 4, true) & largest(32);
  const pair = page.getUint16(index + (index >> 1), true);
  return index % 2 === 0 ? pair & 0xfff : pair >> 4;
}

function setEntry(page: DataView, kind: Kind, index: number, value: number): void {
  if (kind === 16) page.setUint16(index * 2, value, true);
  else if (kind === 32) page.setUint32(index * 4, value, true);
  else {
    const at = index + (index >> 1);
    const pair = page.getUint16(at, true);
    page.setUint16(at, index % 2 === 0 ? (pair & 0xf000) | value : (pair & 0xf) | (value << 4), true);
  }
}

/**
 * One allocation table, in pieces of at most 16 KiB.
 * @param counts how many clusters each chain has, at least one: they follow one another from the first cluster on
 */
export function* tablePieces(layout: Layout, counts: readonly number[]): Generator<Uint8Array> {
  const { kind } = layout;
  const end = largest(kind);
  let [chain, last] = [0, FIRST_CLUSTER + (counts[0] ?? 0) - 1];
  const entryOf = (cluster: number): number => {
    // The first entry repeats the media; all bits of the second say that the volume was put away properly.
    if (cluster < FIRST_CLUSTER) return cluster === 0 ? end - 0xff + MEDIA : end;
    if (chain >= counts.length) return 0;
    if (cluster < last) return cluster + 1;
    chain++;
    last += counts[chain] ?? 0;
    return end;
  };
  const pageBytes = (PAGE * kind) / 8;
  const bytes = layout.tableSectors * SECTOR;
  for (let at = 0, first = 0; at < bytes; at += pageBytes, first += PAGE) {
    const page = new Uint8Array(pageBytes);
    const view = new DataView(page.buffer);
    for (let i = 0; i < PAGE; i++) setEntry(view, kind, i, entryOf(first + i));
    yield page.subarray(0, bytes - at);
  }
}
