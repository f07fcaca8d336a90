// How wide a text is drawn, without a browser: the layout must be the same wherever it is made. Measured on DejaVu Sans, which is
// wider than what most systems have in its stead, so that a text never is wider than expected.

export interface Font {
  /** In the picture's units. */
  readonly size: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
}

const FIRST = 32;
const REGULAR = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73,
  68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63,
  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];
const BOLD = [
  35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40,
  40, 84, 84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85, 73, 85, 77, 72, 68,
  81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50, 50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71,
  69, 72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84,
];
const MONO = 60.3;

/** A combining mark takes no width; of scripts that aren't measured, each sign is as wide as the widest. */
function percentOf(sign: string, font: Font): number {
  if (/^\p{M}$/u.test(sign)) return 0;
  const index = (sign.codePointAt(0) ?? 0) - FIRST;
  const known = (font.bold ? BOLD : REGULAR)[index];
  if (font.mono) return known === undefined ? 110 : MONO;
  return known ?? 110;
}

const widths = new Map<string, number>();

/** The width of a text in the picture's units. */
export function widthOf(text: string, font: Font): number {
  const key = `${font.bold ? 'b' : ''}${font.mono ? 'm' : ''}${text}`;
  let percent = widths.get(key);
  if (percent === undefined) {
    percent = 0;
    for (const sign of text) percent += percentOf(sign, font);
    widths.set(key, percent);
  }
  return (percent * font.size) / 100;
}

/** The text, or as much of it as fits, with an ellipsis. */
export function fitted(text: string, width: number, font: Font): string {
  if (widthOf(text, font) <= width) return text;
  const room = width - widthOf('.', font) * 3;
  let used = 0;
  let kept = '';
  for (const sign of text) {
    used += (percentOf(sign, font) * font.size) / 100;
    if (used > room) break;
    kept += sign;
  }
  return `${kept.trimEnd()}\u2026`;
}

/** The text in lines, broken at spaces, the last one cut where there are more than `most`. */
export function wrapped(text: string, width: number, font: Font, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer, font) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  if (lines.length > most) {
    const rest = lines.splice(most - 1).join(' ');
    lines.push(rest);
  }
  return lines.map((one) => fitted(one, width, font));
}
