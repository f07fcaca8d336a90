import type { DatabaseIndex } from '../rows/database-index.ts';
import { OWNER } from '../rows/maps.ts';
import type { StringMap } from '../types.ts';
import type { DesiredBridge, DesiredPort, Topology } from './topology.ts';

/**
 * A topology that purges, with what its owner created on this host and no longer lists as absent. A bridge that has
 * ports of others stays, since they would go with it.
 * @param listed the names in the lists of the task itself
 * @param warn told of each bridge that stays
 */
export function withPurged(
  topology: Topology,
  listed: ReadonlySet<string>,
  index: DatabaseIndex,
  warn: (text: string) => void,
): Topology {
  const { purge, owner } = topology;
  if (!purge || owner === undefined) return topology;
  const isOurs = ({ name, external_ids }: { name: string; external_ids: StringMap }) =>
    external_ids[OWNER] === owner && !listed.has(name);
  const ours = [...index.ports.values()].filter(
    ({ port, bridge }) => isOurs(port) && port.name !== bridge.name,
  );
  const leaving = new Set(
    [...ours.map(({ port }) => port), ...topology.ports.filter(({ state }) => state === 'absent')].map(
      ({ name }) => name,
    ),
  );
  const stays = (bridge: string, others: readonly string[]) =>
    warn(`bridge '${bridge}' isn't listed any more, and stays for the ports on it: ${others.join(', ')}`);
  const purged: DesiredPort[] = ours
    .filter(({ port: { name } }) => {
      const others = onFake(name, topology, index).filter((port) => !leaving.has(port));
      if (others.length > 0) stays(name, others);
      return others.length === 0;
    })
    .map(({ port, bridge }) => ({ ...GONE, name: port.name, bridge: bridge.name }));
  const names = new Set(purged.map(({ name }) => name));
  const ports = [...topology.ports.filter(({ name }) => !names.has(name)), ...purged];
  const going = new Set(ports.flatMap(({ name, state }) => (state === 'absent' ? name : [])));
  const elsewhere = new Map(ports.map(({ name, bridge }) => [name, bridge]));
  const bridges: DesiredBridge[] = [];
  for (const bridge of index.bridges.values()) {
    if (!isOurs(bridge)) continue;
    const { name } = bridge;
    const there = index.portsOf(bridge).filter((port) => (elsewhere.get(port.name) ?? name) === name);
    const coming = ports.filter((port) => port.state === 'present' && port.bridge === name);
    const others = [...new Set([...there, ...coming].map((port) => port.name))].filter(
      (port) => port !== name && !going.has(port),
    );
    if (others.length === 0) bridges.push({ ...GONE, name });
    else stays(name, others);
  }
  return { ...topology, bridges: [...topology.bridges, ...bridges], ports };
}

/** The ports that are on a fake bridge, or are to be: those of its parent in its VLAN. */
function onFake(name: string, { ports }: Topology, index: DatabaseIndex): string[] {
  const { parent, vlan } = index.fakes.get(name) ?? {};
  const bridge = parent === undefined ? undefined : index.bridges.get(parent);
  if (!bridge) return [];
  const desired = new Map(ports.filter(({ state }) => state === 'present').map((port) => [port.name, port]));
  const there = index.portsOf(bridge).filter((port) => port.tag === vlan && !desired.has(port.name));
  const coming = [...desired.values()].filter((port) => port.bridge === parent && port.columns.tag === vlan);
  return [...there, ...coming].map((port) => port.name).filter((port) => port !== name);
}

const GONE = { at: '', state: 'absent', columns: {}, addressing: undefined } as const;
