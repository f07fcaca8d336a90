import type { CloudInfo } from '../cloud.ts';
import { byName } from '../sort.ts';
import type { BridgeModel, LinkModel } from './model.ts';

/** The connections between the bridges of a host, each once. */
export function linksOf(info: CloudInfo): LinkModel[] {
  const links = new Map<string, LinkModel>();
  for (const port of info.ports) {
    const peer = port.peer === undefined ? undefined : info.ports.find(({ name }) => name === port.peer);
    if (port.type !== 'patch' || !peer || peer.bridge === port.bridge) continue;
    const [one, other] = [port, peer].sort((a, b) => byName(a.name, b.name)) as [typeof port, typeof peer];
    links.set(`${one.name}\n${other.name}`, {
      kind: 'patch',
      from: one.bridge,
      to: other.bridge,
      text: `${one.name} - ${other.name}`,
      ...(one.tag === undefined ? {} : { vlan: one.tag }),
    });
  }
  const parents = info.bridges.flatMap(({ name, parent, vlan }): LinkModel[] =>
    parent === undefined || parent === name
      ? []
      : [
          {
            kind: 'vlan',
            from: parent,
            to: name,
            text: `VLAN ${vlan ?? 0} of ${parent}`,
            ...(vlan === undefined ? {} : { vlan }),
          },
        ],
  );
  return [...links.values(), ...parents];
}

/** Bridges so that those with uplinks and with most guests come first, and connected ones follow each other. */
export function ordered(bridges: readonly BridgeModel[], links: readonly LinkModel[]): BridgeModel[] {
  const rank = (bridge: BridgeModel) =>
    (bridge.info.parent === undefined ? 0 : 2) + (bridge.uplinks.length > 0 ? 0 : 1);
  const begin = [...bridges].sort(
    (one, other) =>
      rank(one) - rank(other) || other.guests.length - one.guests.length || byName(one.name, other.name),
  );
  const result = new Set<BridgeModel>();
  const visit = (bridge: BridgeModel) => {
    if (result.has(bridge)) return;
    result.add(bridge);
    const next = links.flatMap(({ from, to }) =>
      from === bridge.name ? to : to === bridge.name ? from : [],
    );
    for (const other of begin) if (next.includes(other.name)) visit(other);
  };
  for (const bridge of begin) visit(bridge);
  return [...result];
}
