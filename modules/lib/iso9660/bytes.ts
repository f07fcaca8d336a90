import { IsoError } from './image.ts';

/** Bytes one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A 16-bit number in one byte order (ECMA-119, 7.2.1 and 7.2.2). */
export function number16(value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, littleEndian);
  return bytes;
}

/** A 32-bit number in one byte order (ECMA-119, 7.3.1 and 7.3.2). */
export function number32(value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return bytes;
}

/** A 16-bit number in both byte orders, little first (ECMA-119, 7.2.3). */
export const both16 = (value: number): Uint8Array => concat(number16(value, true), number16(value, false));

/** A 32-bit number in both byte orders, little first (ECMA-119, 7.3.3). */
export const both32 = (value: number): Uint8Array => concat(number32(value, true), number32(value, false));

/** The bytes of a text that is ASCII. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The text of bytes that are ASCII; another byte becomes the Latin-1 character of its number. */
export const latin1 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** UTF-16 code units, high byte first (Joliet: "UCS-2 ... Big Endian"; ECMA-119, 7.2.2). */
export const ucs2 = (text: string): Uint8Array =>
  concat(...Array.from({ length: text.length }, (_, i) => number16(text.charCodeAt(i), false)));

/** The text of UTF-16 code units, high byte first; an odd last byte is left out. */
export const fromUcs2 = (bytes: Uint8Array): string =>
  Array.from({ length: bytes.length >> 1 }, (_, i) =>
    String.fromCharCode(((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)),
  ).join('');

/**
 * A part of an image, as a view.
 * @param what the part's name for the error
 * @throws IsoError when the image ends before the part does
 */
export function part(bytes: Uint8Array, at: number, length: number, what: string): Uint8Array {
  if (at + length > bytes.length) {
    throw new IsoError(`the image ends at byte ${bytes.length}, before the end of ${what}`);
  }
  return bytes.subarray(at, at + length);
}

/**
 * A number recorded in both byte orders.
 * @throws IsoError when the two differ, which only damage explains, or the image ends before
 */
export function readBoth(bytes: Uint8Array, at: number, size: 2 | 4, what: string): number {
  const field = part(bytes, at, size * 2, what);
  const view = new DataView(field.buffer, field.byteOffset, field.length);
  const [little, big] =
    size === 2 ? [view.getUint16(0, true), view.getUint16(2)] : [view.getUint32(0, true), view.getUint32(4)];
  if (little !== big) {
    throw new IsoError(
      `the image is damaged: ${what} is ${little} in one byte order and ${big} in the other`,
    );
  }
  return little;
}
