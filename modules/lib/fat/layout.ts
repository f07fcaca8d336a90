import { ENTRY, FatError, FIRST_CLUSTER, type Kind, SECTOR } from './volume.ts';

/** What a volume has to hold. */
export interface Demand {
  /** Bytes of each file, and of each directory but the root. */
  readonly sizes: readonly number[];
  /** Entries of the root. */
  readonly rootEntries: number;
}

/** Where things lie in a volume, in sectors unless it says otherwise. */
export interface Layout {
  readonly kind: Kind;
  /** Of one cluster. */
  readonly clusterSectors: number;
  /** Before the first table. */
  readonly reserved: number;
  /** Of one table; there are two. */
  readonly tableSectors: number;
  /** Entries of the root where it lies before the clusters; 0 for FAT32, whose root is in clusters. */
  readonly rootEntries: number;
  /** Before the first cluster. */
  readonly firstData: number;
  /** Clusters, free ones included. */
  readonly clusters: number;
  /** Of the whole volume. */
  readonly sectors: number;
}

/** How many tables a volume has. */
export const TABLES = 2;

/** mtools refuses a volume that isn't whole tracks; this is the track that mkfs.fat declares. */
export const TRACK = 32;

/** Microsoft's specification asks for so many in FAT16 at least. */
const LEAST_ROOT = 512;

/**
 * The number of clusters alone makes a volume FAT12, FAT16 or FAT32 (Microsoft's FAT specification 1.03, "FAT Type
 * Determination"). It also says to stay 16 clusters clear of these numbers, since much code is off by a few.
 */
const FAT16_FROM = 4085;
const FAT32_FROM = 65_525;
const CLEAR = 16;

/** Table entries above stand for bad clusters and ends. */
const MOST_CLUSTERS = 0x0fff_fff4;
/** Sectors are counted in 32 bits. */
const MOST_SECTORS = 0xffff_ffff;

const CLUSTER_SECTORS = [1, 2, 4, 8, 16, 32, 64];

/**
 * The smallest volume for a demand; of equal ones that with the smaller clusters.
 * @throws FatError when no volume is large enough
 */
export function layoutFor(demand: Demand): Layout {
  const fitting = CLUSTER_SECTORS.flatMap((clusterSectors) => layoutWith(demand, clusterSectors) ?? []);
  if (fitting.length === 0) throw new FatError('the files are too large together for a FAT volume, 2 TiB');
  return fitting.reduce((best, other) => (other.sectors < best.sectors ? other : best));
}

/** The volume for a demand with clusters of so many sectors, or undefined when its numbers are too large. */
export function layoutWith({ sizes, rootEntries }: Demand, clusterSectors: number): Layout | undefined {
  const clusterSize = clusterSectors * SECTOR;
  const files = sizes.reduce((sum, size) => sum + Math.ceil(size / clusterSize), 0);
  // Whole tracks may add nearly a track's clusters.
  if (files + TRACK <= FAT16_FROM - CLEAR) return laid(12, files, rootEntries, clusterSectors);
  if (files + TRACK <= FAT32_FROM - CLEAR) {
    return laid(16, Math.max(files, FAT16_FROM + CLEAR), rootEntries, clusterSectors);
  }
  const all = files + Math.ceil((rootEntries * ENTRY) / clusterSize);
  const layout = laid(32, Math.max(all, FAT32_FROM + CLEAR), rootEntries, clusterSectors);
  return layout.clusters > MOST_CLUSTERS || layout.sectors > MOST_SECTORS ? undefined : layout;
}

function laid(kind: Kind, needed: number, rootEntries: number, clusterSectors: number): Layout {
  // FAT32 keeps a copy of its boot sector in sector 6; mkfs.fat and Windows reserve so many.
  const reserved = kind === 32 ? 32 : 1;
  const perSector = SECTOR / ENTRY;
  const inRoot = kind === 32 ? 0 : Math.max(LEAST_ROOT, Math.ceil(rootEntries / perSector) * perSector);
  const tableSectors = Math.ceil(((FIRST_CLUSTER + needed + TRACK) * kind) / 8 / SECTOR);
  const firstData = reserved + TABLES * tableSectors + inRoot / perSector;
  const sectors = Math.ceil((firstData + needed * clusterSectors) / TRACK) * TRACK;
  return {
    kind,
    clusterSectors,
    reserved,
    tableSectors,
    rootEntries: inRoot,
    firstData,
    clusters: Math.floor((sectors - firstData) / clusterSectors),
    sectors,
  };
}
