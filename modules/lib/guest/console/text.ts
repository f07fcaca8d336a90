// What a guest prints on its console is untrusted, and made for a terminal.

/** Sequences that control a terminal (ECMA-48): with parameters, with a text up to BEL or ST, and short ones. */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g;

/** All that isn't seen: control and format characters, line and paragraph separators, what has no meaning. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Characters of a line that are read: a guest may print megabytes without a line's end. */
const LONGEST = 2000;

/** A text of at most some characters, none of them cut in two. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return `${text.slice(0, isHalf ? length - 1 : length)}…`;
}

/** The lines of a console without control characters and sequences, and without empty lines. Pure. */
export const plainLines = (text: string): string[] =>
  text
    .replace(SEQUENCES, '')
    .split(/[\r\n]+/)
    .map((line) => cut(line.replace(/\t/g, ' ').replace(UNSEEN, ''), LONGEST).trimEnd())
    .filter((line) => line !== '');

/** Characters of a line that are shown. */
export const WIDTH = 200;

/** The last lines, for people. */
export const lastLines = (lines: readonly string[], count = 20): string[] =>
  lines.slice(-count).map((line) => cut(line, WIDTH));
