import type { Box } from '../draw/shape.ts';
import { ROUNDING } from './cards.ts';

/** Something with a size, and a way to put it somewhere. */
export interface Piece<T> {
  readonly item: T;
  readonly width: number;
  readonly height: number;
}

/** Pieces in lines from left to right, at the lower edge of each line. @returns them with their boxes, and the lower edge of the last line */
export function flow<T>(
  pieces: readonly Piece<T>[],
  left: number,
  top: number,
  width: number,
  gap: number,
): {
  readonly placed: readonly { readonly item: T; readonly box: Box; readonly last: boolean }[];
  readonly bottom: number;
} {
  const lines: Piece<T>[][] = [];
  let used = 0;
  for (const piece of pieces) {
    const line = lines.at(-1);
    if (line && used + gap + piece.width <= width + ROUNDING) {
      line.push(piece);
      used += gap + piece.width;
    } else {
      lines.push([piece]);
      used = piece.width;
    }
  }
  const placed: { item: T; box: Box; last: boolean }[] = [];
  let y = top;
  for (const [index, line] of lines.entries()) {
    const height = Math.max(...line.map((piece) => piece.height));
    let x = left;
    for (const piece of line) {
      const box = {
        x,
        y: y + height - piece.height,
        width: Math.min(piece.width, width),
        height: piece.height,
      };
      placed.push({ item: piece.item, box, last: index === lines.length - 1 });
      x += piece.width + gap;
    }
    y += height + (index < lines.length - 1 ? gap : 0);
  }
  return { placed, bottom: y };
}
