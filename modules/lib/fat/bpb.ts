import type { Image } from '../volume.ts';
import { shortText } from './codepage.ts';
import { ENTRY, FatError, FIRST_CLUSTER, type Kind } from './volume.ts';

/** Where things lie in an image, in bytes, as its boot sector says. */
export interface Geometry {
  readonly kind: Kind;
  /** Bytes of a cluster. */
  readonly clusterSize: number;
  /** The allocation table that is in use. */
  readonly table: number;
  /** Where the root lies, when it isn't in clusters. */
  readonly root: { readonly at: number; readonly length: number };
  /** The root's first cluster in FAT32, else undefined. */
  readonly rootCluster: number | undefined;
  /** Where cluster 2 begins. */
  readonly data: number;
  /** The last cluster's number. */
  readonly lastCluster: number;
  /** The boot sector's own label; '' for none. */
  readonly label: string;
}

const BOOT = 512;

/** What mkfs.fat and Windows write for a volume without a label. */
const NO_LABEL = 'NO NAME';

/** The first number of clusters that isn't FAT12's. */
const FAT16_FROM = 4085;

/**
 * Bytes of an image.
 * @param what the part's name for the error
 * @throws FatError when the image ends before the part does
 */
export async function readPart(image: Image, at: number, length: number, what: string): Promise<Uint8Array> {
  const bytes = at + length > image.size ? new Uint8Array() : await image.read(at, length);
  if (bytes.length < length) {
    throw new FatError(`the image ends at byte ${image.size}, before the end of ${what}`);
  }
  return bytes;
}

/**
 * Reads an image's boot sector, by the rules of Linux (fs/fat/inode.c, fat_read_bpb and fat_fill_super), so that what
 * `mkfs.fat -F 32` makes of few clusters is read as well.
 * @throws FatError when it isn't FAT's, or the image is shorter than it says
 */
export async function readGeometry(image: Image): Promise<Geometry> {
  const bytes = await readPart(image, 0, BOOT, 'the boot sector');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u8 = (at: number) => view.getUint8(at);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);

  const sector = u16(11);
  const clusterSectors = u8(13);
  const [reserved, tables, rootEntries, media] = [u16(14), u8(16), u16(17), u8(21)];
  need(u16(BOOT - 2) === 0xaa55, 'it has no boot sector');
  need([512, 1024, 2048, 4096].includes(sector), `its sectors would have ${sector} bytes`);
  need(isPowerOf2(clusterSectors), `its clusters would have ${clusterSectors} sectors`);
  need(reserved > 0 && tables > 0, 'it has no allocation table');
  need(media === 0xf0 || media >= 0xf8, `there is no medium ${media}`);

  const large = u16(22) === 0;
  const tableSectors = u16(22) || u32(36);
  const sectors = u16(19) || u32(32);
  const firstRoot = reserved + tables * tableSectors;
  const firstData = firstRoot + Math.ceil((rootEntries * ENTRY) / sector);
  need(tableSectors > 0 && sectors > firstData, 'it has no room for files');
  if (sectors * sector > image.size) {
    throw new FatError(
      `the image is cut short: its FAT volume has ${sectors * sector} bytes, the image ${image.size}`,
    );
  }
  const clusters = Math.floor((sectors - firstData) / clusterSectors);
  const kind = large ? 32 : clusters < FAT16_FROM ? 12 : 16;
  // A table that is too short for all of them ends them, as in Linux.
  const inTable = Math.floor((tableSectors * sector * 8) / kind) - FIRST_CLUSTER;
  const extended = large ? 64 : 36;
  return {
    kind,
    clusterSize: clusterSectors * sector,
    table: (reserved + (large ? activeTable(u16(40), tables) : 0) * tableSectors) * sector,
    root: { at: firstRoot * sector, length: rootEntries * ENTRY },
    rootCluster: large ? u32(44) : undefined,
    data: firstData * sector,
    lastCluster: FIRST_CLUSTER + Math.min(clusters, inTable, 0x0fff_fff4) - 1,
    label: u8(extended + 2) === 0x29 ? plainLabel(bytes.subarray(extended + 7, extended + 18)) : '',
  };
}

/** A label of 11 bytes without the spaces that fill it; '' for `NO NAME`. */
export function plainLabel(field: Uint8Array): string {
  const label = shortText(field).replace(/[ \0]+$/, '');
  return label === NO_LABEL ? '' : label;
}

const isPowerOf2 = (value: number) => value > 0 && (value & (value - 1)) === 0;

// Bit 7 says that one table is in use and not a mirror of the others; then the lowest bits say which.
function activeTable(flags: number, tables: number): number {
  const active = flags & 0x80 ? flags & 0xf : 0;
  need(active < tables, `it has no allocation table ${active}`);
  return active;
}

function need(condition: boolean, problem: string): void {
  if (!condition) throw new FatError(`this is no FAT volume: ${problem}`);
}
