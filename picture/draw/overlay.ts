import type { PlacedOverlay } from '../layout/placed.ts';
import { labelOf } from '../model/label.ts';
import { circle, line, object, rect, type Shape, words } from './shape.ts';

/** The rails of an overlay, and the lines that lead to them. */
export function drawOverlay({ model, colour, rails, trunk, taps }: PlacedOverlay): Shape {
  const look = `overlay${colour}`;
  const dot = `overlay-dot${colour}`;
  return object(model.id, labelOf(model), [
    ...taps.map(({ points }) => line(look, ...points)),
    ...rails.map(({ points }) => line(look, ...points)),
    ...(trunk.length > 0 ? [line(look, ...trunk)] : []),
    ...taps.flatMap(({ points }) => {
      const [begin, , end] = points;
      return [
        ...(begin ? [circle(dot, begin[0], begin[1], 4)] : []),
        ...(end ? [circle(dot, end[0], end[1], 4)] : []),
      ];
    }),
    ...rails.flatMap(({ label, text }) => [
      rect('rail-label', label),
      words(`overlay-text${colour}`, label.x + 7, label.y + 12, text),
    ]),
  ]);
}
