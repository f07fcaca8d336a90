/** A 32-bit number of an image. */
export const u32 = (bytes: Uint8Array, at: number, little = true): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little);

const u16 = (bytes: Uint8Array, at: number, little: boolean): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint16(at, little);

/** The volume descriptor in a sector. */
export const descriptorAt = (image: Uint8Array, sector: number): Uint8Array =>
  image.subarray(sector * 2048, (sector + 1) * 2048);

/** A record of a directory, as it lies in the image. */
export interface Raw {
  readonly identifier: string;
  readonly directory: boolean;
  readonly sector: number;
  readonly length: number;
}

/** All records of a directory (ECMA-119, 9.1), read plainly. Identifiers are in hexadecimal digits. */
export function rawRecords(image: Uint8Array, sector: number, length: number): Raw[] {
  const found: Raw[] = [];
  const bytes = image.subarray(sector * 2048, sector * 2048 + length);
  for (let at = 0; at < length; ) {
    const size = bytes[at] ?? 0;
    if (size === 0) {
      at = (Math.floor(at / 2048) + 1) * 2048;
      continue;
    }
    if (Math.floor(at / 2048) !== Math.floor((at + size - 1) / 2048))
      throw new Error('a record crosses sectors');
    const identifier = Buffer.from(bytes.subarray(at + 33, at + 33 + (bytes[at + 32] ?? 0))).toString('hex');
    const directory = ((bytes[at + 25] ?? 0) & 2) !== 0;
    found.push({ identifier, directory, sector: u32(bytes, at + 2), length: u32(bytes, at + 10) });
    at += size;
  }
  return found;
}

/** A line of a path table (ECMA-119, 9.4). */
export interface Line {
  readonly identifier: string;
  readonly sector: number;
  readonly parent: number;
}

/** The path table of a descriptor: type L, or type M. */
export function pathTableOf(image: Uint8Array, descriptor: Uint8Array, type: 'L' | 'M'): Line[] {
  const little = type === 'L';
  const start = u32(descriptor, little ? 140 : 148, little) * 2048;
  const bytes = image.subarray(start, start + u32(descriptor, 132));
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    const identifier = Buffer.from(bytes.subarray(at + 8, at + 8 + length)).toString('hex');
    lines.push({ identifier, sector: u32(bytes, at + 2, little), parent: u16(bytes, at + 6, little) });
    at += 8 + length + (length % 2);
  }
  return lines;
}
