import type { GuestModel } from '../model/model.ts';
import { cardsIn, DRAWN, othersOf, type RowRail, type Rows, type Stem, stretched } from './cards.ts';
import type { Metrics } from './metrics.ts';
import type { PlacedGuest, Point } from './placed.ts';

// Many guests: cards of one line in columns. A stem runs down from the bridge along each column, with a tick to each card; those of
// further bridges run beside it.

/** From a card to its stem, and from one stem to the next. */
const STEM = 6;
const NEXT = 4;

/** Cards in columns; otherwise like `rowsOf`. */
export function columnsOf(
  guests: readonly GuestModel[],
  left: number,
  top: number,
  width: number,
  metrics: Metrics,
  bridge?: string,
): Rows {
  if (guests.length === 0) return { guests: [], rails: [], stems: [], bottom: top };
  const { card, gap, channel, rail, below } = metrics;
  const most = cardsIn(width, metrics);
  const perColumn = Math.ceil(guests.length / most);
  const cardWidth = stretched(width, most, metrics);
  const others = bridge === undefined ? [] : othersOf(guests, bridge);
  const first = top + (bridge === undefined ? 0 : channel + others.length * rail);
  const levelOf = (name: string) => top + channel / 2 + others.indexOf(name) * rail;
  const ends = new Map<string, Stem>();
  const rights = new Map<string, number>();
  const placed = guests.map((model, index): PlacedGuest => {
    const [column, row] = [Math.floor(index / perColumn), index % perColumn];
    const x = left + column * (cardWidth + gap);
    const y = first + row * (card.height + below);
    const drops = model.nics
      .filter((nic) => nic.bridge !== undefined && (nic.bridge === bridge || others.includes(nic.bridge)))
      .slice(0, DRAWN)
      .map(({ bridge: name = '', vlan }, nic) => {
        const rank = name === bridge ? 0 : Math.min(2, others.indexOf(name) + 1);
        const stem = x - STEM - (rank > 0 ? NEXT + (rank - 1) * 3 : 0);
        const level = y + card.height / 2 + (nic === 0 ? -2 : 2 + nic * 2);
        const begin = name === bridge ? top : levelOf(name);
        ends.set(`${column}\n${name}`, {
          bridge: name,
          points: [
            [stem, begin],
            [stem, level],
          ],
        });
        if (name !== bridge) rights.set(name, Math.max(rights.get(name) ?? 0, stem));
        const [from, to]: [Point, Point] = [
          [x, level],
          [stem, level],
        ];
        return { from, to, dot: false, ...(vlan === undefined ? {} : { vlan }) };
      });
    return { model, box: { x, y, width: cardWidth, height: card.height }, drops };
  });
  const rails = others.map(
    (name): RowRail => ({ bridge: name, y: levelOf(name), right: rights.get(name) ?? left }),
  );
  const rows = Math.min(perColumn, guests.length);
  return {
    guests: placed,
    rails,
    stems: [...ends.values()],
    bottom: first + rows * (card.height + below) - below,
  };
}
