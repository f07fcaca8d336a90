import { IsoError } from './image.ts';

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A few bytes one after the other: `joined` for a list of any length. */
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => joined(parts);

const filled = (length: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(length);
  fill(new DataView(bytes.buffer));
  return bytes;
};

/** A 16-bit number in one byte order (ECMA-119, 7.2.1 and 7.2.2). */
export const number16 = (value: number, littleEndian: boolean): Uint8Array =>
  filled(2, (view) => view.setUint16(0, value, littleEndian));

/** A 32-bit number in one byte order (ECMA-119, 7.3.1 and 7.3.2). */
export const number32 = (value: number, littleEndian: boolean): Uint8Array =>
  filled(4, (view) => view.setUint32(0, value, littleEndian));

/** A 16-bit number in both byte orders, little first (ECMA-119, 7.2.3). */
export const both16 = (value: number): Uint8Array =>
  filled(4, (view) => {
    view.setUint16(0, value, true);
    view.setUint16(2, value);
  });

/** A 32-bit number in both byte orders, little first (ECMA-119, 7.3.3). */
export const both32 = (value: number): Uint8Array =>
  filled(8, (view) => {
    view.setUint32(0, value, true);
    view.setUint32(4, value);
  });

/** The bytes of a text that is ASCII. */
export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The text of bytes that are ASCII; another byte becomes the Latin-1 character of its number. */
export const latin1 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** UTF-16 code units, high byte first (Joliet: "UCS-2 ... Big Endian"; ECMA-119, 7.2.2). */
export const ucs2 = (text: string): Uint8Array =>
  filled(text.length * 2, (view) => {
    for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i));
  });

/** The text of UTF-16 code units, high byte first; an odd last byte is left out. */
export const fromUcs2 = (bytes: Uint8Array): string =>
  Array.from({ length: bytes.length >> 1 }, (_, i) =>
    String.fromCharCode(((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)),
  ).join('');

/**
 * The text of bytes that are UTF-8. Where they aren't, each byte over 7F becomes half a surrogate pair: such a name
 * is equal to no name that can be written.
 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}

/**
 * A part of a structure, as a view.
 * @param what the part's name for the error
 * @throws IsoError when the structure ends before the part does
 */
export function part(bytes: Uint8Array, at: number, length: number, what: string): Uint8Array {
  if (at + length > bytes.length) throw new IsoError(`the image is damaged: ${what} is cut short`);
  return bytes.subarray(at, at + length);
}

/**
 * A number recorded in both byte orders.
 * @throws IsoError when the two differ, which only damage explains, or the structure ends before
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
