import { Failure } from '../failure.ts';

/** A FAT volume that can't be written as asked, or an image that isn't a whole one. */
export class FatError extends Failure {
  override readonly name = 'FatError';
}

/** How many bits an entry of a volume's allocation table has. */
export type Kind = 12 | 16 | 32;

/** The sector of every volume that is written here, in bytes; others have up to 4096. */
export const SECTOR = 512;

/** The first cluster that holds anything: table entries 0 and 1 stand for none (Microsoft's FAT specification 1.03, "FAT Data Structure"). */
export const FIRST_CLUSTER = 2;

/** An entry of a directory, in bytes. */
export const ENTRY = 32;

/** The longest directory, in bytes: 65,536 entries. Linux reads no more either (fs/fat/fat.h, FAT_MAX_DIR_SIZE). */
export const MOST_DIRECTORY = 65_536 * ENTRY;

/** The largest file, in bytes: its size is a number of 32 bits. */
export const MOST_FILE = 0xffff_ffff;

/** What an entry is, by the bits of its attributes. */
export const ATTRIBUTE = { label: 0x08, directory: 0x10, file: 0x20, long: 0x0f } as const;

/** Bits that tell a part of a long name from all other entries, and what an 8.3 name would show in lower case (Windows NT's). */
export const LONG_MASK = 0x3f;
export const LOWER_STEM = 0x08;
export const LOWER_EXTENSION = 0x10;

/** How many UTF-16 units of a name one entry holds, and where in it they lie, two bytes each. */
export const LONG_UNITS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const;

/** Marks the last part of a long name, which is stored first. */
export const LAST_PART = 0x40;

/** What the parts of a long name hold so that they can be told from those of another: a sum of the 8.3 name's 11 bytes. */
export const checksum = (name: Uint8Array): number =>
  name.reduce((sum, byte) => (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff, 0);
