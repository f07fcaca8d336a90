import type { Extent, Image } from '../volume.ts';
import { type Geometry, readPart } from './bpb.ts';
import { getEntry, largest, PAGE } from './table.ts';
import { FatError, FIRST_CLUSTER } from './volume.ts';

/** What a chain of clusters is asked for. */
export interface Wanted {
  readonly first: number;
  /** How many clusters it may have at most. */
  readonly most: number;
  /** Its owner, for errors: `the file "a"`. */
  readonly what: string;
  /** Whether it must end there; the rest of a longer one is left alone otherwise, as room that a file has ahead. */
  readonly whole: boolean;
}

/** Where a chain lies, neighbours merged, and how many clusters it has. */
export interface Chain {
  readonly extents: readonly Extent[];
  readonly clusters: number;
}

/** Follows a chain. @throws FatError when it is damaged, or shares a cluster with one that was followed before */
export type Follow = (wanted: Wanted) => Promise<Chain>;

/** Pages of a table that are kept: at most 1 MiB. A table of FAT32 may have a gibibyte. */
const KEPT = 64;

/** More pieces of files than any real image has. They are told in memory, at some hundred bytes each. */
const MOST_EXTENTS = 1_000_000;

/** Follows the chains of an image. Each cluster belongs to one chain, so a circle is found, and all of them end. */
export function chainsOf(image: Image, geometry: Geometry): Follow {
  const { kind, clusterSize, data, lastCluster } = geometry;
  const pages = new Map<number, DataView>();
  const owned = new Uint8Array((lastCluster >> 3) + 1);
  const ends = largest(kind) - 7;
  let extents = 0;

  async function load(number: number): Promise<DataView> {
    const entries = Math.min(PAGE, lastCluster + 1 - number * PAGE);
    const at = geometry.table + (number * PAGE * kind) / 8;
    const bytes = await readPart(image, at, Math.ceil((entries * kind) / 8), 'the allocation table');
    const page = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const oldest = pages.size < KEPT ? undefined : pages.keys().next().value;
    if (oldest !== undefined) pages.delete(oldest);
    pages.set(number, page);
    return page;
  }

  function own(cluster: number, what: string): void {
    if (cluster < FIRST_CLUSTER || cluster > lastCluster) {
      throw new FatError(`the image is damaged: ${what} goes on in cluster ${cluster}, which isn't there`);
    }
    const [byte, bit] = [cluster >> 3, 1 << (cluster & 7)];
    const before = owned[byte] ?? 0;
    if (before & bit) {
      throw new FatError(`the image is damaged: cluster ${cluster} of ${what} is in use already`);
    }
    owned[byte] = before | bit;
  }

  return async ({ first, most, what, whole }) => {
    const found: { at: number; length: number }[] = [];
    let [cluster, clusters] = [first, 0];
    while (clusters < most) {
      own(cluster, what);
      clusters++;
      const at = data + (cluster - FIRST_CLUSTER) * clusterSize;
      const last = found[found.length - 1];
      if (last && last.at + last.length === at) last.length += clusterSize;
      else found.push({ at, length: clusterSize });
      if (clusters === most && !whole) break;
      const number = Math.floor(cluster / PAGE);
      // Without a wait where the page is there: a large file has millions of clusters.
      const page = pages.get(number) ?? (await load(number));
      cluster = getEntry(page, kind, cluster % PAGE);
      if (cluster >= ends) break;
      if (clusters === most) {
        throw new FatError(`the image is damaged: ${what} has more than ${most} clusters`);
      }
    }
    extents += found.length;
    if (extents > MOST_EXTENTS) {
      throw new FatError(
        `the image is in more than ${MOST_EXTENTS} pieces: that is refused, for memory's sake`,
      );
    }
    return { extents: found, clusters };
  };
}
