import { type Layout, TABLES, TRACK } from './layout.ts';
import { FIRST_CLUSTER, SECTOR } from './volume.ts';

/** What a boot sector says besides the layout. */
export interface Identity {
  /** 11 bytes. */
  readonly label: Uint8Array;
  /** 32 bits, which blkid shows as the volume's UUID. */
  readonly serial: number;
}

/** A fixed disk, here and in the first entry of a table. */
export const MEDIA = 0xf8;

/** Where FAT32 keeps how much is free, and the copy of its first two sectors. */
const INFO_SECTOR = 1;
const BACKUP_SECTOR = 6;

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

// A firmware that boots it goes on with the next device (INT 18h), else stops (HLT, JMP back).
const PROGRAM = Uint8Array.of(0xcd, 0x18, 0xf4, 0xeb, 0xfd);

/**
 * The sectors before the first table (Microsoft's FAT specification 1.03, "Boot Sector and BPB", "FAT32 FSInfo Sector
 * Structure and Backup Boot Sector").
 * @param used how many clusters are in use, the first ones
 */
export function reservedSectors(layout: Layout, identity: Identity, used: number): Uint8Array {
  const bytes = new Uint8Array(layout.reserved * SECTOR);
  const boot = bootSector(layout, identity);
  bytes.set(boot);
  if (layout.kind === 32) {
    const info = infoSector(layout, used);
    bytes.set(info, INFO_SECTOR * SECTOR);
    bytes.set(boot, BACKUP_SECTOR * SECTOR);
    bytes.set(info, (BACKUP_SECTOR + INFO_SECTOR) * SECTOR);
  }
  return bytes;
}

function bootSector(layout: Layout, { label, serial }: Identity): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, true);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const large = layout.kind === 32;
  const extended = large ? 64 : 36;
  const program = extended + 26;
  bytes.set([0xeb, program - 2, 0x90]);
  // The specification's advice: some drivers look at it.
  bytes.set(ascii('MSWIN4.1'), 3);
  u16(11, SECTOR);
  bytes[13] = layout.clusterSectors;
  u16(14, layout.reserved);
  bytes[16] = TABLES;
  u16(17, layout.rootEntries);
  const short = !large && layout.sectors <= 0xffff;
  if (short) u16(19, layout.sectors);
  else u32(32, layout.sectors);
  bytes[21] = MEDIA;
  u16(24, TRACK);
  u16(26, 2);
  if (large) {
    u32(36, layout.tableSectors);
    u32(44, FIRST_CLUSTER);
    u16(48, INFO_SECTOR);
    u16(50, BACKUP_SECTOR);
  } else {
    u16(22, layout.tableSectors);
  }
  bytes[extended] = 0x80;
  bytes[extended + 2] = 0x29;
  u32(extended + 3, serial);
  bytes.set(label, extended + 7);
  bytes.set(ascii(`FAT${layout.kind}   `), extended + 18);
  bytes.set(PROGRAM, program);
  u16(SECTOR - 2, 0xaa55);
  return bytes;
}

function infoSector(layout: Layout, used: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  const free = layout.clusters - used;
  view.setUint32(0, 0x4161_5252, true);
  view.setUint32(484, 0x6141_7272, true);
  view.setUint32(488, free, true);
  // All ones where there is none.
  view.setUint32(492, free > 0 ? FIRST_CLUSTER + used : 0xffff_ffff, true);
  view.setUint32(508, 0xaa55_0000, true);
  return bytes;
}
