import type { HostModel, LinkModel } from '../model/model.ts';

/** A vertical line left of the bars of a host: between two bridges, or from the guests below one bridge to another one. */
export interface Lane {
  readonly key: string;
  readonly link?: LinkModel;
  readonly from: string;
  readonly to: string;
}

/** The key of the lane from the guests below one bridge to another one. */
export const laneKey = (below: string, to: string): string => `guests\n${below}\n${to}`;

/** The lanes of a host, the longest first: that is the leftmost. */
export function lanesOf(host: HostModel): Lane[] {
  const order = new Map(host.bridges.map(({ name }, index) => [name, index]));
  const links = host.links.map(
    (link, index): Lane => ({ key: `link\n${index}`, link, from: link.from, to: link.to }),
  );
  const guests = new Map<string, Lane>();
  for (const bridge of host.bridges) {
    for (const guest of bridge.guests) {
      for (const to of guest.bridges.slice(1)) {
        const key = laneKey(bridge.name, to);
        guests.set(key, { key, from: bridge.name, to });
      }
    }
  }
  const span = ({ from, to }: Lane) => Math.abs((order.get(from) ?? 0) - (order.get(to) ?? 0));
  return [...links, ...guests.values()].sort((one, other) => span(other) - span(one));
}
