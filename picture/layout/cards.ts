import type { GuestModel } from '../model/model.ts';
import type { Metrics } from './metrics.ts';
import type { PlacedGuest, Point } from './placed.ts';

/** A row's rail of another bridge, or of the row's bridge itself from the second row on. */
export interface RowRail {
  readonly bridge: string;
  readonly y: number;
  /** Up to the last card that is connected to it. */
  readonly right: number;
}

export interface Rows {
  readonly guests: readonly PlacedGuest[];
  readonly rails: readonly RowRail[];
  /** Vertical lines along columns of cards. */
  readonly stems: readonly Stem[];
  readonly bottom: number;
}

export interface Stem {
  readonly bridge: string;
  readonly points: readonly Point[];
}

/** NICs that are drawn; a guest with more has them in its details. */
export const DRAWN = 4;

/** What fits at one position must fit at each, whatever the sum of its coordinates is rounded to. */
export const ROUNDING = 1e-6;

/** How many cards fit in a width. */
export const cardsIn = (width: number, { card, gap }: Metrics): number =>
  Math.max(1, Math.floor((width + gap + ROUNDING) / (card.width + gap)));

/** Cards are as wide as their row allows, so that the right edges of rows are in line, but not much wider than they need. */
export const stretched = (width: number, perRow: number, { card, gap }: Metrics): number =>
  Math.min(card.width * 1.35, Math.max(card.width, (width + gap) / perRow - gap));

/**
 * Cards in rows.
 * @param guests in their order
 * @param top the lower edge of what the first row hangs on
 * @param bridge the one that they are below; without it, nothing is drawn above them
 */
export function rowsOf(
  guests: readonly GuestModel[],
  left: number,
  top: number,
  width: number,
  metrics: Metrics,
  bridge?: string,
): Rows {
  const perRow = cardsIn(width, metrics);
  const card = { ...metrics.card, width: stretched(width, perRow, metrics) };
  const placed: PlacedGuest[] = [];
  const rails: RowRail[] = [];
  let y = top;
  for (let at = 0; at < guests.length; at += perRow) {
    const row = guests.slice(at, at + perRow);
    const made = rowOf(row, left, y, { ...metrics, card }, bridge, at === 0);
    placed.push(...made.guests);
    rails.push(...made.rails);
    y = made.bottom;
  }
  return { guests: placed, rails, stems: [], bottom: y };
}

function rowOf(
  guests: readonly GuestModel[],
  left: number,
  top: number,
  metrics: Metrics,
  bridge: string | undefined,
  first: boolean,
): Rows {
  const { card, gap, channel, rail } = metrics;
  const others = bridge === undefined ? [] : othersOf(guests, bridge);
  const bridges = bridge === undefined ? [] : first ? others : [...others, bridge];
  const levels = new Map(
    bridges.map((name, index) => [name, top + channel / 2 + (index + (first ? 0.5 : 0)) * rail]),
  );
  if (bridge !== undefined && first) levels.set(bridge, top);
  const y =
    top + (bridge === undefined ? gap : channel + Math.max(0, bridges.length - (first ? 0 : 1)) * rail);
  const ends = new Map<string, number>();
  const placed = guests.map((model, index): PlacedGuest => {
    const x = left + index * (card.width + gap);
    const drops = model.nics
      .filter((nic) => nic.bridge !== undefined && levels.has(nic.bridge))
      .slice(0, DRAWN)
      .map(({ bridge: name = '', vlan }, nic) => {
        const from: Point = [x + 18 + nic * 12, y];
        ends.set(name, Math.max(ends.get(name) ?? 0, from[0]));
        const to: Point = [from[0], levels.get(name) ?? top];
        return { from, to, dot: !(first && name === bridge), ...(vlan === undefined ? {} : { vlan }) };
      });
    return { model, box: { x, y, width: card.width, height: card.height }, drops };
  });
  return {
    guests: placed,
    rails: bridges.map((name) => ({
      bridge: name,
      y: levels.get(name) ?? top,
      right: ends.get(name) ?? left,
    })),
    stems: [],
    bottom: y + card.height,
  };
}

/** The further bridges of a row's guests, each once. */
export const othersOf = (guests: readonly GuestModel[], bridge: string): string[] => [
  ...new Set(
    guests.flatMap(({ nics, bridges }) =>
      nics
        .slice(0, DRAWN)
        .flatMap((nic) =>
          nic.bridge !== undefined && nic.bridge !== bridge && bridges.includes(nic.bridge) ? nic.bridge : [],
        ),
    ),
  ),
];
