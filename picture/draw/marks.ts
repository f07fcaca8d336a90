import { chipWidth } from '../layout/bridge.ts';
import { widthOf } from '../text.ts';
import { fontOf } from './looks.ts';
import { VLAN_COLOURS } from './palette.ts';
import { circle, line, path, rect, type Shape, words } from './shape.ts';

/** Small signs, each with its width, so that they can stand side by side. */
export interface Mark {
  readonly width: number;
  readonly shapes: (x: number, y: number) => Shape[];
}

/** The colour of each VLAN, by its rank among all. */
export type Colours = ReadonlyMap<number, number>;

export const coloursOf = (vlans: readonly number[]): Colours =>
  new Map(vlans.map((vlan, index) => [vlan, index % VLAN_COLOURS]));

/** A VLAN's number on its colour. y is its middle. */
export function chip(vlan: number, colours: Colours): Mark {
  const width = chipWidth(vlan);
  return {
    width,
    shapes: (x, y) => [
      rect(`vlan${colours.get(vlan) ?? 0}`, { x, y: y - 6.5, width, height: 13 }, 3),
      words('vlan-text', x + width / 2, y + 3.5, String(vlan), 'middle'),
    ],
  };
}

/** How many objects drift. */
export function driftMark(count: number): Mark {
  const text = String(count);
  const width = widthOf(text, fontOf('drift-text')) + 21;
  return {
    width,
    shapes: (x, y) => [
      rect('drift', { x, y: y - 7, width, height: 14 }, 7),
      path('drift-mark', `M${x + 6} ${y + 3.5}L${x + 10} ${y - 3.5}L${x + 14} ${y + 3.5}Z`),
      words('drift-text', x + 16.5, y + 3.6, text),
    ],
  };
}

/** A pending restart; with a number, of how many guests. */
export function restartMark(count?: number): Mark {
  const text = count === undefined ? '' : String(count);
  const width = text ? widthOf(text, fontOf('restart-text')) + 22 : 14;
  return {
    width,
    shapes: (x, y) => [
      rect('restart', { x, y: y - 7, width, height: 14 }, 7),
      path(
        'restart-mark',
        `M${x + 10.4} ${y - 0.6}A3.5 3.5 0 1 1 ${x + 8.6} ${y - 3.1}M${x + 8.2} ${y - 5.2}L${x + 9.2} ${y - 2.8}L${x + 6.8} ${y - 2}`,
      ),
      ...(text ? [words('restart-text', x + 15.5, y + 3.6, text)] : []),
    ],
  };
}

/** Marks from right to left, ending at x. @returns the shapes, and where the last one begins */
export function leftwards(
  marks: readonly Mark[],
  right: number,
  y: number,
  gap = 4,
): { shapes: Shape[]; left: number } {
  let x = right;
  const shapes: Shape[] = [];
  for (const mark of marks) {
    x -= mark.width;
    shapes.push(...mark.shapes(x, y));
    x -= gap;
  }
  return { shapes, left: x };
}

/** Marks from left to right. */
export function rightwards(
  marks: readonly Mark[],
  left: number,
  y: number,
  gap = 4,
): { shapes: Shape[]; right: number } {
  let x = left;
  const shapes: Shape[] = [];
  for (const mark of marks) {
    shapes.push(...mark.shapes(x, y));
    x += mark.width + gap;
  }
  return { shapes, right: x };
}

/** A guest's state as a sign, in a box if it is a container. */
export const guestMark = (state: string, isContainer: boolean, x: number, y: number): Shape[] => [
  ...(isContainer ? [rect('container', { x: x - 6.5, y: y - 6.5, width: 13, height: 13 }, 2)] : []),
  ...stateMark(state, x, y),
];

/** A guest's state as a sign whose form tells it as well: disc, bars, ring, dashed ring. */
export function stateMark(state: string, x: number, y: number): Shape[] {
  if (state === 'running') return [circle('state-running', x, y, 4)];
  if (state === 'paused')
    return [
      rect('state-paused', { x: x - 4, y: y - 4, width: 3, height: 8 }),
      rect('state-paused', { x: x + 1, y: y - 4, width: 3, height: 8 }),
    ];
  return [circle(state === 'off' ? 'state-off' : 'state-missing', x, y, 3.5)];
}

/** A line to a cross: something is down. */
export const cross = (look: string, x: number, y: number): Shape[] => [
  line(look, [x - 3, y - 3], [x + 3, y + 3]),
  line(look, [x + 3, y - 3], [x - 3, y + 3]),
];
