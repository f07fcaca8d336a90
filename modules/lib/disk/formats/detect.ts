/** The format of a disk, as qemu-img names it. A file without a known signature is raw. */
export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vdi' | 'vhdx' | 'vpc';

/** Compression formats of a single file, by their usual file name extensions. */
export type Compression = 'gz' | 'xz' | 'zst' | 'bz2';

/** The format of a file, by its content. */
export type Kind = DiskFormat | Compression | 'zip' | 'tar';

/** The bytes at a file's beginning that tell its kind, and usually hold the whole header of a qcow2. */
export const HEAD = 4096;

const ascii = (text: string) => [...text].map((char) => char.charCodeAt(0));

// Kind, offset and bytes of each signature. The sources: RFC 1952, 2.3.1; the .xz format, 2.1.1.1; RFC 8878, 3.1.1; bzip2's own
// manual; APPNOTE.TXT, 4.3.7 and 4.3.16; POSIX, ustar; QEMU's docs/interop/qcow2.txt; VMware's "Virtual Disk Format";
// QEMU's block/vdi.c; Microsoft's "VHDX Format" and "Virtual Hard Disk Image Format".
const SIGNATURES: readonly (readonly [Kind, number, readonly number[]])[] = [
  ['gz', 0, [0x1f, 0x8b, 8]],
  ['xz', 0, [0xfd, ...ascii('7zXZ'), 0]],
  ['zst', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', 0, [...ascii('PK'), 3, 4]],
  ['zip', 0, [...ascii('PK'), 5, 6]],
  ['qcow2', 0, [...ascii('QFI'), 0xfb]],
  ['vmdk', 0, ascii('KDMV')],
  ['vmdk', 0, ascii('# Disk DescriptorFile')],
  ['vdi', 0x40, [0x7f, 0x10, 0xda, 0xbe]],
  ['vhdx', 0, ascii('vhdxfile')],
  ['vpc', 0, ascii('conectix')],
  ['tar', 257, ascii('ustar')],
];

const DISKS: readonly string[] = ['raw', 'qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'];
const COMPRESSIONS: readonly string[] = ['gz', 'xz', 'zst', 'bz2'];

/** Whether a kind is a compressed single file. */
export const isCompression = (kind: Kind): kind is Compression => COMPRESSIONS.includes(kind);

/** Whether a kind is a disk format, so that nothing must be unpacked. */
export const isDisk = (kind: string): kind is DiskFormat => DISKS.includes(kind);

/**
 * Detects what a file is.
 * @param head its first bytes, HEAD of them if the file is that long
 */
export function kindOf(head: Uint8Array): Kind {
  const has = (at: number, bytes: readonly number[]) => bytes.every((byte, i) => head[at + i] === byte);
  const found = SIGNATURES.find(([, at, bytes]) => has(at, bytes));
  if (found) return found[0];
  // BZh, the size of its blocks, and pi: the first block's own signature, or the end's of an empty file.
  const level = head[3] ?? 0;
  if (has(0, ascii('BZh')) && level >= 0x31 && level <= 0x39) {
    if (has(4, [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || has(4, [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]))
      return 'bz2';
  }
  return 'raw';
}

/**
 * Whether a vmdk is only a descriptor of other files: as a text, or in a sparse file without capacity (VMware's "Virtual
 * Disk Format"; QEMU's block/vmdk.c, vmdk_open_vmdk4).
 */
export function isDescriptor(head: Uint8Array): boolean {
  if (kindOf(head) !== 'vmdk') return false;
  return (
    head[0] === '#'.charCodeAt(0) ||
    (head.length >= 20 && new DataView(head.buffer, head.byteOffset).getBigUint64(12) === 0n)
  );
}
