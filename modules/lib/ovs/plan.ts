import { OptionError, optionAt } from '../failure.ts';
import { planBridge } from './bridges.ts';
import { type Described, Draft, type Fate } from './draft.ts';
import { withFakes } from './fakes.ts';
import { Index } from './index.ts';
import { guardRow, mutateRefs, type Operation } from './operations.ts';
import { pairWarnings, withPairs } from './pairs.ts';
import { planPort } from './ports.ts';
import { withPurged } from './purge.ts';
import type { Database } from './tables.ts';
import type { DesiredPort, Topology } from './topology.ts';

/** Everything that is to be written at once, and what is said of it. */
export interface TopologyPlan {
  /** What is wanted, with all that follows from it on this host. */
  readonly topology: Topology;
  /** What was read. */
  readonly index: Index;
  readonly changes: readonly Described[];
  /** One transaction, guards first; empty when the database is as desired. */
  readonly operations: readonly Operation[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  /** What becomes of each port that is concerned, by name. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** The interfaces that vswitchd has to make. */
  readonly interfaces: readonly string[];
}

/**
 * From what a task wants and what was read to one transaction. Pure.
 * @param devices the names of the host's network interfaces
 * @throws OptionError when what is desired can't be had
 */
export function planTopology(
  wanted: Topology,
  database: Database,
  devices: ReadonlySet<string>,
): TopologyPlan {
  refuseTwins(wanted);
  const index = new Index(database);
  const kept: string[] = [];
  const warn = (text: string) => kept.push(text);
  const pairs = withPairs(wanted, index);
  const listed = new Set([...pairs.bridges, ...pairs.ports].map(({ name }) => name));
  const topology = withPurged(withFakes(pairs, index, warn), listed, index, warn);
  const draft = new Draft(topology, index, devices);
  draft.warnings.push(...kept, ...pairWarnings(topology, index, database.root.ovs_version));
  for (const bridge of topology.bridges) planBridge(draft, bridge);
  for (const port of topology.ports) planPort(draft, port);
  place(draft);
  const { changes, guards, writes, missing, warnings, fates, interfaces } = draft;
  const late = pending(database);
  return {
    topology,
    index,
    changes,
    operations: changes.length > 0 ? [...guards, ...writes] : [],
    missing,
    warnings: late && changes.length === 0 ? [...warnings, late] : warnings,
    fates,
    interfaces: [...new Set(interfaces)],
  };
}

// Each bridge gets and loses its ports in one go, after all rows are there.
function place({ joining, leaving, index, topology, guards, writes }: Draft): void {
  const removed = new Set(topology.bridges.flatMap(({ name, state }) => (state === 'absent' ? name : [])));
  for (const [bridge, refs] of leaving) {
    if (!removed.has(bridge)) writes.push(mutateRefs('Bridge', { name: bridge }, 'ports', 'delete', refs));
  }
  for (const [bridge, refs] of joining) {
    const row = index.bridges.get(bridge);
    if (row) guards.push(guardRow('Bridge', row._uuid, { name: bridge }));
    writes.push(mutateRefs('Bridge', { name: bridge }, 'ports', 'insert', refs));
  }
}

/** What an earlier change still waits for, in words. */
function pending({ root: { cur_cfg, next_cfg } }: Database): string | undefined {
  return cur_cfg < next_cfg
    ? `ovs-vswitchd has not carried out all that is in the database (${cur_cfg} of ${next_cfg}): is it running?`
    : undefined;
}

function refuseTwins({ bridges, ports }: Topology): void {
  for (const [items, option, single] of [
    [bridges, 'name', 'bridge'],
    [ports, 'port', 'port'],
  ] as const) {
    const first = new Map<string, string>();
    for (const { name, at } of items) {
      const twin = first.get(name);
      if (twin !== undefined)
        throw new OptionError(optionAt(at, at ? option : single), `'${name}' is in ${twin} already`);
      first.set(name, at);
    }
  }
  refuseSharedInterfaces(ports);
  const names = new Map(bridges.map((bridge) => [bridge.name, bridge]));
  for (const { name, bridge, at, state } of ports) {
    if (names.get(name)?.state === 'present' && bridge !== name && state === 'present') {
      throw new OptionError(optionAt(at, 'port'), `'${name}' is a bridge of this task`);
    }
  }
}

/** @throws OptionError when two ports are to have one interface */
function refuseSharedInterfaces(ports: readonly DesiredPort[]): void {
  const holders = new Map<string, DesiredPort>();
  for (const port of ports) {
    if (port.state === 'absent') continue;
    for (const member of port.members ?? [port.name]) {
      const other = holders.get(member);
      // A port that says nothing of its interfaces may be a bond, which has none of its name.
      const [bond, twin] = port.members ? [port, other] : [other, port];
      if (bond?.members && twin) {
        throw new OptionError(optionAt(bond.at, 'interfaces'), `'${member}' is in ${twin.at} already`);
      }
      holders.set(member, port);
    }
  }
}
