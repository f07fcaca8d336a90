import type { Box } from '../draw/shape.ts';

/** The direction of an arrow key, as a vector. */
export const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const middle = ({ x, y, width, height }: Box): [number, number] => [x + width / 2, y + height / 2];

/** The nearest of several boxes in a direction: what is beside it counts double. */
export function nearest(
  from: Box,
  [dx, dy]: readonly [x: number, y: number],
  boxes: ReadonlyMap<string, Box>,
): string | undefined {
  const [fromX, fromY] = middle(from);
  let found: { id: string; far: number } | undefined;
  for (const [id, box] of boxes) {
    const [x, y] = middle(box);
    const ahead = (x - fromX) * dx + (y - fromY) * dy;
    const aside = Math.abs((x - fromX) * dy) + Math.abs((y - fromY) * dx);
    const far = ahead + 2 * aside;
    if (ahead > 1 && (!found || far < found.far)) found = { id, far };
  }
  return found?.id;
}
