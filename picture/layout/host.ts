import { fontOf } from '../draw/looks.ts';
import type { BridgeModel, GuestModel, HostModel, OverlayModel } from '../model/model.ts';
import { widthOf, wrapped } from '../text.ts';
import { bridgeTop } from './bridge.ts';
import { type Rows, rowsOf } from './cards.ts';
import { columnsOf } from './columns.ts';
import { laneKey, lanesOf } from './lanes.ts';
import type { Metrics } from './metrics.ts';
import type { PlacedBridge, PlacedGroup, PlacedHost, PlacedLink, Point } from './placed.ts';

/** What the layout of a host needs beside it. */
export interface HostInput {
  readonly host: HostModel;
  readonly metrics: Metrics;
  /** Overlays that lead to no other host of the picture. */
  readonly lonely: readonly OverlayModel[];
}

/** A host with all that is in it. The height follows from the width. */
export function placeHost(
  { host, metrics, lonely }: HostInput,
  x: number,
  y: number,
  width: number,
): PlacedHost {
  const { pad, header } = metrics;
  const inner = width - 2 * pad;
  const { problems, bottom } = problemsOf(host, x + pad, y + header, inner);
  const lanes = lanesOf(host);
  const barLeft = x + pad + lanes.length * metrics.lane;
  const barRight = x + width - pad;
  // Lines end at different heights of a bar's left end, none of them in the middle, where the uplinks end.
  const used = new Map<string, number>();
  const entry = (bridge: PlacedBridge): Point => {
    const count = used.get(bridge.model.name) ?? 0;
    used.set(bridge.model.name, count + 1);
    const offset = [-0.25, 0.25, -0.38, 0.38, -0.13, 0.13][count % 6] ?? 0;
    return [bridge.bar.x, bridge.bar.y + bridge.bar.height * (0.5 + offset)];
  };

  let below = bottom;
  const placed: { bridge: PlacedBridge; rails: Rows['rails'] }[] = [];
  for (const model of host.bridges) {
    const block = blockOf(model, x, barLeft, below, barRight - barLeft, metrics, lonely);
    placed.push(block);
    below = block.bottom + metrics.block;
  }
  const bridges = placed.map(({ bridge }) => bridge);
  const find = (name: string) => bridges.find(({ model }) => model.name === name);

  const links: PlacedLink[] = [];
  const others = new Map(bridges.map((bridge) => [bridge, [...bridge.others]]));
  for (const [index, lane] of lanes.entries()) {
    const laneX = x + pad + index * metrics.lane;
    const [from, to] = [find(lane.from), find(lane.to)];
    if (!from || !to) continue;
    if (lane.link) {
      const [begin, end] = [entry(from), entry(to)];
      links.push({ model: lane.link, points: [begin, [laneX, begin[1]], [laneX, end[1]], end] });
      continue;
    }
    const end = entry(to);
    const rows = placed.find(({ bridge }) => bridge === from)?.rails ?? [];
    for (const rail of rows.filter(({ bridge }) => laneKey(lane.from, bridge) === lane.key)) {
      others.get(from)?.push([[rail.right, rail.y], [laneX, rail.y], [laneX, end[1]], end]);
    }
  }

  const groups: PlacedGroup[] = [];
  const place = metrics.compact ? columnsOf : rowsOf;
  const addGroup = (title: string, guests: readonly GuestModel[]) => {
    if (guests.length === 0) return;
    // In a compact picture, the title stands beside the cards.
    const beside = metrics.compact ? widthOf(title, fontOf('label')) + 12 : 0;
    const above = metrics.compact ? 0 : 14;
    const rows = place(guests, x + pad + beside, below + above, inner - beside, metrics, undefined);
    const at: Point = [x + pad, below + (metrics.compact ? metrics.card.height / 2 + 4 : 11)];
    groups.push({ title, at, guests: rows.guests });
    below = rows.bottom + metrics.block;
  };
  addGroup('Without a bridge', host.unconnected);
  addGroup(host.cloud.info ? 'Not created yet' : 'State not known', host.missing);

  const content =
    host.bridges.length + groups.length > 0 ? below - metrics.block : bottom - metrics.block / 2;
  return {
    model: host,
    box: { x, y, width, height: Math.max(header, content - y) + pad },
    header: { x: x + pad, y, width: inner, height: header },
    problems,
    bridges: bridges.map((bridge) => ({ ...bridge, others: others.get(bridge) ?? [] })),
    groups,
    links,
  };
}

function problemsOf(host: HostModel, x: number, top: number, width: number) {
  let y = top;
  const problems = host.cloud.problems.map((problem) => {
    const lines = wrapped(problem, width - 20, fontOf('problem-text'), 3);
    const box = { x, y, width, height: lines.length * 15 + 9 };
    y += box.height + 6;
    return { box, lines };
  });
  return { problems, bottom: problems.length > 0 ? y + 8 : y };
}

/** A bridge with what is above and below it. @param edge the host's left edge */
function blockOf(
  model: BridgeModel,
  edge: number,
  left: number,
  top: number,
  width: number,
  metrics: Metrics,
  lonely: readonly OverlayModel[],
) {
  const { bar, networks, ports, uplinks, bottom } = bridgeTop(model, edge, left, top, width, metrics, lonely);
  const indent = metrics.indent;
  const place = metrics.compact ? columnsOf : rowsOf;
  const rows = place(model.guests, left + indent, bar.y + bar.height, width - indent, metrics, model.name);
  const spine = left + indent / 2;
  const along = rows.rails.filter((rail) => rail.bridge === model.name);
  const rails = along.map(({ y, right }): readonly Point[] => [
    [spine, bar.y + bar.height],
    [spine, y],
    [Math.max(spine, right), y],
  ]);
  const stemsOf = (local: boolean) =>
    rows.stems.filter((stem) => (stem.bridge === model.name) === local).map(({ points }) => points);
  const bridge: PlacedBridge = {
    ...{ model, bar, networks, ports, uplinks, guests: rows.guests },
    rails: [...rails, ...stemsOf(true)],
    others: stemsOf(false),
  };
  return { bridge, rails: rows.rails, bottom: Math.max(rows.bottom, bottom) };
}

/** The least inner width: with which a host's title is legible, and a card fits beside all lines. */
export function leastInner(host: HostModel, { inner, lane, indent, card }: Metrics): number {
  const title = Math.min(640, widthOf(host.name, fontOf('host-title')) + 300);
  return Math.max(inner, title, lanesOf(host).length * lane + indent + card.width + 100);
}
