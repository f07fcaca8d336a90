import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, shownText } from '../../../modules/lib/host/text.ts';

// Bytes that are more likely to be parts of UTF-8 than any.
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc3,
    0xa9,
    0xe2,
    0x82,
    0xac,
    0xed,
    0xa0,
    0xed,
    0xb2,
    0xf0,
    0x9f,
    0x98,
    0x80,
    0xef,
    0xbb,
  ),
);

describe('the text of a file', () => {
  it('is written as the bytes that it was read from', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (bytes) => {
        expect([...encodeText(decodeText(Uint8Array.from(bytes)))]).toEqual(bytes);
      }),
    );
  });

  it('is what it says, also beside bytes that are no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeText(Buffer.from(text))).toBe(text);
        const beside = decodeText(Buffer.concat([Buffer.from(text), Buffer.of(0xff)]));
        expect(beside.slice(0, -1)).toBe(text);
        expect(shownText(beside)).toBe(`${text}\ufffd`);
      }),
    );
  });

  it('is read at once, however long it is', () => {
    const bytes = Buffer.concat([
      Buffer.alloc(4_000_000, 'a line\n'),
      Buffer.of(0xe9),
      Buffer.alloc(1_000_000, 'é'),
    ]);
    expect(Buffer.from(encodeText(decodeText(bytes))).equals(bytes)).toBe(true);
  });
});
