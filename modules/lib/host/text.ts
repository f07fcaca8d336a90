// The files of a host may hold bytes that are not UTF-8, also where they are text: comments in Latin-1. As text, such a
// byte is a lone surrogate, as in Python's `surrogateescape` (PEP 383), so that what is read is written as it was.

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// RFC 3629, section 4, in a text that has a character for each byte; what it doesn't match is a byte by itself.
const SEQUENCES =
  /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

const ESCAPE = 0xdc00;
const ESCAPED = /([\udc80-\udcff])/u;

/** The text of a file, of whatever bytes: `encodeText` makes the same bytes of it. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1').replace(SEQUENCES, decodeSequence);
  }
}

const decodeSequence = (sequence: string): string => {
  const code = sequence.charCodeAt(0);
  const alone = sequence.length === 1 && code >= 0x80;
  return alone ? String.fromCharCode(ESCAPE + code) : Buffer.from(sequence, 'latin1').toString();
};

/** The bytes of a text that `decodeText` made, or of any other. */
export function encodeText(text: string): Uint8Array {
  if (!ESCAPED.test(text)) return Buffer.from(text);
  const parts = text.split(ESCAPED);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - ESCAPE) : Buffer.from(part))),
  );
}

/** A text for people: each byte that is not text is U+FFFD. */
export const shownText = (text: string): string => text.replace(/[\udc80-\udcff]/gu, '\ufffd');
