import { guestsOf, type Model, type OverlayModel } from '../model/model.ts';
import { leastInner, placeHost } from './host.ts';
import { lanesOf } from './lanes.ts';
import { type Metrics, metricsOf } from './metrics.ts';
import type { Layout, PlacedHost } from './placed.ts';
import { placeRails, planRails } from './rails.ts';

// Hosts are boxes of one width in rows and columns. The numbers of columns, of hosts and of guests in a host, are those with which the
// picture is largest on a screen. It is a grid and no general graph: what an engineer looks for stands where it stood before, nothing
// can overlap, and a thousand guests take milliseconds.

const SCREEN = { width: 1640, height: 880 };
/** A picture isn't made larger than this to fill the screen. */
const LARGEST = 1.2;

const MARGIN = 22;
const BETWEEN = 18;

interface Grid {
  readonly columns: number;
  /** The width of a host's box. */
  readonly width: number;
}

/** The positions of all that is drawn. The same model gives the same layout. */
export function layoutOf(model: Model): Layout {
  const metrics = metricsOf(model);
  const overlays = model.overlays.filter(isRail);
  const lonely = model.overlays.filter((overlay) => !isRail(overlay));
  const inputs = model.hosts.map((host) => ({ host, metrics, lonely }));
  const left = metrics.uplink > 0 ? metrics.uplink + 6 : 0;
  const heights = new Map<number, readonly number[]>();
  const heightsAt = (width: number): readonly number[] => {
    const known = heights.get(width) ?? inputs.map((input) => placeHost(input, 0, 0, width).box.height);
    heights.set(width, known);
    return known;
  };
  const plans = inputs.map((_, index) => planRails(model.hosts, overlays, index + 1));
  const planFor = (columns: number) => plans[columns - 1] ?? planRails([], [], 1);
  const pitchOf = ({ columns, width }: Grid) => left + width + planFor(columns).gutter + BETWEEN;
  const sizeOf = (grid: Grid) => {
    const plan = planFor(grid.columns);
    const rows = rowsOf(heightsAt(grid.width), grid.columns);
    const across = Math.min(grid.columns, inputs.length) * pitchOf(grid) - BETWEEN;
    return {
      width: 2 * MARGIN + Math.max(0, across) + plan.trunkWidth,
      height:
        2 * MARGIN +
        rows.reduce(
          (sum, row, index) => sum + Math.max(...row) + (plan.heights[index] ?? 0) + (index ? BETWEEN : 0),
          0,
        ),
    };
  };
  const grid = best(candidates(model, metrics), sizeOf);
  const plan = planFor(grid.columns);

  const hosts: PlacedHost[] = [];
  const bottoms: number[] = [];
  let y = MARGIN;
  for (const [row, all] of rowsOf(heightsAt(grid.width), grid.columns).entries()) {
    const tallest = Math.max(...all);
    for (const column of all.keys()) {
      const input = inputs[row * grid.columns + column];
      if (!input) continue;
      const host = placeHost(input, MARGIN + left + column * pitchOf(grid), y, grid.width);
      // Boxes of nearly one height get it.
      const height = host.box.height > tallest * 0.6 ? tallest : host.box.height;
      hosts.push({ ...host, box: { ...host.box, height } });
    }
    bottoms.push(y + tallest);
    y += tallest + (plan.heights[row] ?? 0) + BETWEEN;
  }
  const { width, height } = sizeOf(grid);
  const right = width - MARGIN - plan.trunkWidth + 4;
  return {
    ...{ width, height, hosts, compact: metrics.compact },
    overlays: overlays.map((overlay, index) =>
      placeRails(overlay, index, hosts, plan, { columns: grid.columns, bottoms, right }),
    ),
  };
}

/** Whether an overlay connects hosts of the picture. */
const isRail = ({ ends }: OverlayModel) => new Set(ends.map(({ host }) => host)).size > 1;

const rowsOf = (heights: readonly number[], columns: number): number[][] =>
  Array.from({ length: Math.ceil(heights.length / columns) }, (_, row) =>
    heights.slice(row * columns, (row + 1) * columns),
  );

/** More cards than these in a row are hard to read. */
const CARDS = 16;

function candidates(model: Model, metrics: Metrics): Grid[] {
  const least = Math.max(0, ...model.hosts.map((host) => leastInner(host, metrics)));
  const lanes = Math.max(0, ...model.hosts.map((host) => lanesOf(host).length * metrics.lane));
  const most = Math.max(
    1,
    ...model.hosts.map((host) =>
      Math.max(guestsOf(host).length, ...host.bridges.map(({ guests }) => guests.length)),
    ),
  );
  const widths = new Set<number>();
  for (let cards = 1; cards <= Math.min(most, CARDS); cards++) {
    const inner = cards * (metrics.card.width + metrics.gap) - metrics.gap + metrics.indent + lanes;
    widths.add(Math.ceil(Math.max(least, inner) + 2 * metrics.pad));
  }
  const columns = Array.from({ length: Math.max(1, model.hosts.length) }, (_, index) => index + 1);
  return [...widths].flatMap((width) => columns.map((count) => ({ columns: count, width })));
}

/** The grid with which the picture is largest; of several, the smallest in itself. */
function best(
  grids: readonly Grid[],
  sizeOf: (grid: Grid) => { readonly width: number; readonly height: number },
): Grid {
  let found: { grid: Grid; scale: number; area: number } | undefined;
  for (const grid of grids) {
    const { width, height } = sizeOf(grid);
    const scale = Math.min(LARGEST, SCREEN.width / width, SCREEN.height / height);
    const area = width * height;
    const better = !found || scale > found.scale + 1e-9 || (scale > found.scale - 1e-9 && area < found.area);
    if (better) found = { grid, scale, area };
  }
  return found?.grid ?? { columns: 1, width: 480 };
}
