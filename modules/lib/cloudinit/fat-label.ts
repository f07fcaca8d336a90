const BOOT_SECTOR = 512;

/** The offsets of the extended boot signature, and of the label behind it. */
const EXTENDED = { fat16: 36, fat32: 64 };
const SIGNATURE = 2;
const LABEL = 7;
const LABEL_LENGTH = 11;

/**
 * The label in the boot sector of a FAT12, FAT16 or FAT32 volume (Microsoft's FAT specification 1.03, "Boot Sector and
 * BPB").
 * @param head the first bytes of an image
 * @returns without the spaces that fill it; undefined where this is not a FAT volume, or has no label
 */
export function fatLabel(head: Uint8Array): string | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < BOOT_SECTOR || view.getUint16(BOOT_SECTOR - 2, true) !== 0xaa55) return undefined;
  // In FAT32 the 16-bit size of the tables is 0.
  const extended = view.getUint16(22, true) === 0 ? EXTENDED.fat32 : EXTENDED.fat16;
  if (head[extended + SIGNATURE] !== 0x29) return undefined;
  const label = head.subarray(extended + LABEL, extended + LABEL + LABEL_LENGTH);
  return Buffer.from(label).toString('latin1').trimEnd();
}
