/** A drawing as data: the page makes elements of it, and `svg.ts` text. */
export interface Shape {
  readonly tag: 'g' | 'rect' | 'circle' | 'path' | 'text';
  /** Attributes of SVG that say where it is. */
  readonly at?: Readonly<Record<string, string | number>>;
  readonly look?: string;
  readonly text?: string;
  readonly children?: readonly Shape[];
  /** The object that it stands for, where it is the whole of it. */
  readonly id?: string;
  /** What a screen reader says of the object. */
  readonly label?: string;
}

const short = (value: number) => Math.round(value * 10) / 10;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const rect = (look: string, { x, y, width, height }: Box, radius = 0): Shape => ({
  tag: 'rect',
  look,
  at: {
    x: short(x),
    y: short(y),
    width: short(width),
    height: short(height),
    ...(radius ? { rx: radius } : {}),
  },
});

export const circle = (look: string, x: number, y: number, radius: number): Shape => ({
  tag: 'circle',
  look,
  at: { cx: short(x), cy: short(y), r: radius },
});

/** A line through points. */
export const line = (look: string, ...points: readonly (readonly [x: number, y: number])[]): Shape => ({
  tag: 'path',
  look,
  at: { d: points.map(([x, y], index) => `${index ? 'L' : 'M'}${short(x)} ${short(y)}`).join('') },
});

export const path = (look: string, d: string): Shape => ({ tag: 'path', look, at: { d } });

/** A text by the left end, the middle or the right end of its baseline. */
export const words = (
  look: string,
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): Shape => ({
  tag: 'text',
  look,
  text,
  at: { x: short(x), y: short(y), ...(anchor === 'start' ? {} : { 'text-anchor': anchor }) },
});

/** The shapes of one object. */
export const object = (id: string, label: string, children: readonly Shape[]): Shape => ({
  tag: 'g',
  id,
  label,
  children,
});
