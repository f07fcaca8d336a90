import type { StringMap } from '../../ovsdb/types.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import { OWNER } from '../rows/maps.ts';
import type { DesiredBridge, DesiredPort, Topology } from './topology.ts';

/**
 * A topology that purges, with what its owner created on this host and no longer lists as absent. A bridge with
 * ports of others is kept, since they would be removed with it.
 * @param listed the names in the lists of the task itself
 * @param warn called for each bridge that is kept
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
  // A port that is to be absent from another bridge than its own is kept.
  const effective = topology.ports.filter(
    ({ name, bridge, state }) =>
      state === 'present' || (index.ports.get(name)?.bridge.name ?? bridge) === bridge,
  );
  const removed = new Set(
    [...ours.map(({ port }) => port), ...effective.filter(({ state }) => state === 'absent')].map(
      ({ name }) => name,
    ),
  );
  const keep = (bridge: string, others: readonly string[]) =>
    warn(`bridge '${bridge}' is no longer listed, but kept for the ports on it: ${others.join(', ')}`);
  const purged: DesiredPort[] = ours
    .filter(({ port: { name } }) => {
      const others = onFake(name, topology, index).filter((port) => !removed.has(port));
      if (others.length > 0) keep(name, others);
      return others.length === 0;
    })
    .map(({ port, bridge }) => ({ ...ABSENT, name: port.name, bridge: bridge.name }));
  const names = new Set(purged.map(({ name }) => name));
  const ports = [...topology.ports.filter(({ name }) => !names.has(name)), ...purged];
  const after = [...effective.filter(({ name }) => !names.has(name)), ...purged];
  const absent = new Set(after.flatMap(({ name, state }) => (state === 'absent' ? name : [])));
  const elsewhere = new Map(after.map(({ name, bridge }) => [name, bridge]));
  const bridges: DesiredBridge[] = [];
  for (const bridge of index.bridges.values()) {
    if (!isOurs(bridge)) continue;
    const { name } = bridge;
    const existing = index.portsOf(bridge).filter((port) => (elsewhere.get(port.name) ?? name) === name);
    const added = ports.filter((port) => port.state === 'present' && port.bridge === name);
    const others = [...new Set([...existing, ...added].map((port) => port.name))].filter(
      (port) => port !== name && !absent.has(port),
    );
    if (others.length === 0) bridges.push({ ...ABSENT, name });
    else keep(name, others);
  }
  return { ...topology, bridges: [...topology.bridges, ...bridges], ports };
}

/** The ports that are on a fake bridge, or are to be: those of its parent in its VLAN. */
function onFake(name: string, { ports }: Topology, index: DatabaseIndex): string[] {
  const { parent, vlan } = index.fakes.get(name) ?? {};
  const bridge = parent === undefined ? undefined : index.bridges.get(parent);
  if (!bridge) return [];
  const desired = new Map(ports.filter(({ state }) => state === 'present').map((port) => [port.name, port]));
  const existing = index.portsOf(bridge).filter((port) => port.tag === vlan && !desired.has(port.name));
  const added = [...desired.values()].filter((port) => port.bridge === parent && port.columns.tag === vlan);
  return [...existing, ...added].map((port) => port.name).filter((port) => port !== name);
}

const ABSENT = { at: '', state: 'absent', columns: {}, addressing: undefined } as const;
