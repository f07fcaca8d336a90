import { fontOf } from '../draw/looks.ts';
import { OVERLAY_COLOURS } from '../draw/palette.ts';
import type { HostModel, OverlayModel } from '../model/model.ts';
import { widthOf } from '../text.ts';
import type { PlacedHost, PlacedOverlay, Point } from './placed.ts';

// The tunnels between hosts are a rail below each row of hosts, for each overlay, to which a line leads from each bridge: a mesh of n
// hosts is n lines, not n * (n - 1) / 2. Where an overlay has hosts in several rows, a line at the right joins its rails.

const LANE = 9;
const RAIL = 18;

/** Which overlays have a rail below each row, and which have rails below several. */
export interface RailPlan {
  readonly rows: readonly (readonly OverlayModel[])[];
  readonly trunks: readonly OverlayModel[];
  /** Right of each host, for the lines to the rails. */
  readonly gutter: number;
  /** Below each row. */
  readonly heights: readonly number[];
  /** Right of all. */
  readonly trunkWidth: number;
}

/** Plans the rails for hosts in so many columns. */
export function planRails(
  hosts: readonly HostModel[],
  overlays: readonly OverlayModel[],
  columns: number,
): RailPlan {
  const rowOf = new Map(hosts.map(({ name }, index) => [name, Math.floor(index / columns)]));
  const within = overlays.map(({ ends }) => new Set(ends.map(({ host }) => rowOf.get(host) ?? 0)));
  const rows = Array.from({ length: Math.ceil(hosts.length / columns) }, (_, row) =>
    overlays.filter((_overlay, index) => within[index]?.has(row)),
  );
  const trunks = overlays.filter((_, index) => (within[index]?.size ?? 0) > 1);
  const most = Math.max(0, ...rows.map((row) => row.length));
  return {
    rows,
    trunks,
    gutter: most > 0 ? most * LANE + 8 : 0,
    heights: rows.map((row) => (row.length > 0 ? row.length * RAIL + 8 : 0)),
    trunkWidth: trunks.length * LANE,
  };
}

interface Grid {
  readonly columns: number;
  /** The lower edge of each row of hosts. */
  readonly bottoms: readonly number[];
  /** Where the lines that join rails begin. */
  readonly right: number;
}

/** The rails of one overlay. */
export function placeRails(
  model: OverlayModel,
  index: number,
  hosts: readonly PlacedHost[],
  plan: RailPlan,
  { columns, bottoms, right }: Grid,
): PlacedOverlay {
  const rankIn = (row: number) => plan.rows[row]?.indexOf(model) ?? 0;
  const levelOf = (row: number) => (bottoms[row] ?? 0) + 14 + rankIn(row) * RAIL;
  const taps = hosts.flatMap((host, at) => {
    const row = Math.floor(at / columns);
    const rank = rankIn(row);
    return host.bridges
      .filter(({ model: { name } }) =>
        model.ends.some((end) => end.host === host.model.name && end.bridge === name),
      )
      .map(({ model: bridge, bar }) => {
        const x = host.box.x + host.box.width + 8 + rank * LANE;
        const y = bar.y + bar.height * (0.2 + 0.6 * ((rank % 5) / 4));
        const points: Point[] = [
          [bar.x + bar.width, y],
          [x, y],
          [x, levelOf(row)],
        ];
        return { host: host.model.name, bridge: bridge.name, points, row, edge: host.box.x, x };
      });
  });
  const rows = [...new Set(taps.map(({ row }) => row))];
  const trunk = right + plan.trunks.indexOf(model) * LANE;
  const several = rows.length > 1;
  const text = textOf(model);
  const rails = rows.map((row) => {
    const all = taps.filter((tap) => tap.row === row);
    const y = levelOf(row);
    const begin = Math.min(...all.map(({ edge }) => edge));
    const end = several ? trunk : Math.max(...all.map(({ x }) => x));
    const points: Point[] = [
      [begin, y],
      [end, y],
    ];
    const width = Math.min(widthOf(text, fontOf('overlay-text0')) + 14, end - begin - 20);
    return { points, label: { x: begin + 14, y: y - 8, width, height: 16 }, text };
  });
  const levels = rows.map(levelOf);
  return {
    model,
    colour: index % OVERLAY_COLOURS,
    rails,
    trunk: several
      ? [
          [trunk, Math.min(...levels)],
          [trunk, Math.max(...levels)],
        ]
      : [],
    taps: taps.map(({ host, bridge, points }) => ({ host, bridge, points })),
  };
}

/** `vxlan, VNI 5000, 20 hosts`, and what is wrong with it. */
function textOf({ type, key, ends, errors, oneSided, missingPairs }: OverlayModel): string {
  const word = type === 'vxlan' || type === 'geneve' ? 'VNI' : 'key';
  const hosts = new Set(ends.map(({ host }) => host)).size;
  return [
    type,
    ...(key === undefined || key === '' ? [] : [`${word} ${key}`]),
    `${hosts} hosts`,
    ...(oneSided.length + missingPairs > 0 ? ['incomplete'] : []),
    ...(errors.length > 0 ? ['with errors'] : []),
  ].join(' \u00b7 ');
}
