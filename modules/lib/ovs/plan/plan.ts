import { OptionError, optionAt } from '../../failure.ts';
import type { Ref } from '../../ovsdb/types.ts';
import { guardRow, mutateRefs, type Operation } from '../operations.ts';
import { DatabaseIndex } from '../rows/database-index.ts';
import type { Database } from '../tables.ts';
import { planBridge } from './bridges.ts';
import { withFakes } from './fakes.ts';
import { pairWarnings, withPairs } from './pairs.ts';
import { type Described, type Fate, type Piece, together } from './pieces.ts';
import { planPort } from './ports.ts';
import { withPurged } from './purge.ts';
import { planSettings } from './settings.ts';
import type { DesiredPort, Topology } from './topology.ts';

/** One transaction, and its description. */
export interface TopologyPlan {
  /** The desired topology, with patch ports' peers, fake bridges and purged rows as ports and bridges. */
  readonly topology: Topology;
  /** The rows that were read. */
  readonly index: DatabaseIndex;
  readonly changes: readonly Described[];
  /** One transaction, guards first; empty when the database is as desired. */
  readonly operations: readonly Operation[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  /** What happens to the device of each port in the plan, by name. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** The interfaces that vswitchd makes or changes. */
  readonly interfaces: readonly string[];
}

/**
 * Plans the transaction that makes the database as desired. Pure.
 * @param devices the names of the host's network interfaces
 * @throws OptionError when the desired topology is impossible
 */
export function planTopology(
  desired: Topology,
  database: Database,
  devices: ReadonlySet<string>,
): TopologyPlan {
  refuseTwins(desired);
  const index = new DatabaseIndex(database);
  const keptWarnings: string[] = [];
  const warn = (text: string) => keptWarnings.push(text);
  const pairs = withPairs(desired, index);
  const listed = new Set([...pairs.bridges, ...pairs.ports].map(({ name }) => name));
  const topology = withPurged(withFakes(pairs, index, warn), listed, index, warn);
  const context = { topology, index, devices };
  const bridges = topology.bridges.map((bridge) => planBridge(context, bridge));
  const withFates = { ...context, fates: new Map(together(bridges).fates) };
  const ports = topology.ports.map((port) => planPort(withFates, port));
  const whole = together([planSettings(desired, database), ...bridges, ...ports]);
  const moves = moveOperations(topology, index, whole);
  const { changes, missing } = whole;
  const warnings = [
    ...keptWarnings,
    ...pairWarnings(topology, index, database.root.ovs_version),
    ...whole.warnings,
  ];
  const late = pending(database);
  const { guards, writes } = together([whole, moves]);
  return {
    topology,
    index,
    changes,
    operations: changes.length > 0 ? [...guards, ...writes] : [],
    missing,
    warnings: late && changes.length === 0 ? [...warnings, late] : warnings,
    fates: new Map(whole.fates),
    interfaces: [...new Set(whole.interfaces)],
  };
}

const byBridge = (refs: Required<Piece>['joining']): Map<string, Ref[]> => {
  const groups = new Map<string, Ref[]>();
  for (const [bridge, ref] of refs) groups.set(bridge, [...(groups.get(bridge) ?? []), ref]);
  return groups;
};

// The ports of each bridge are removed and added at the end, when all rows are inserted.
function moveOperations(topology: Topology, index: DatabaseIndex, whole: Required<Piece>): Piece {
  const removed = new Set(topology.bridges.flatMap(({ name, state }) => (state === 'absent' ? name : [])));
  const leaving = [...byBridge(whole.leaving)].filter(([bridge]) => !removed.has(bridge));
  const joining = [...byBridge(whole.joining)];
  const mutate = (name: string, mutator: 'insert' | 'delete', refs: readonly Ref[]) =>
    mutateRefs('Bridge', { name }, 'ports', mutator, refs);
  return {
    guards: joining.flatMap(([name]) => {
      const row = index.bridges.get(name);
      return row ? [guardRow('Bridge', row._uuid, { name })] : [];
    }),
    writes: [
      ...leaving.map(([name, refs]) => mutate(name, 'delete', refs)),
      ...joining.map(([name, refs]) => mutate(name, 'insert', refs)),
    ],
  };
}

/** A warning where vswitchd hasn't carried out an earlier change. */
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
        throw new OptionError(optionAt(at, at ? option : single), `'${name}' is already in ${twin}`);
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

/** @throws OptionError when two ports would share an interface */
function refuseSharedInterfaces(ports: readonly DesiredPort[]): void {
  const holders = new Map<string, DesiredPort>();
  for (const port of ports) {
    if (port.state === 'absent') continue;
    for (const member of port.members ?? [port.name]) {
      const other = holders.get(member);
      // A port without 'interfaces' may be a bond, which has no interface of its name.
      const [bond, twin] = port.members ? [port, other] : [other, port];
      if (bond?.members && twin) {
        throw new OptionError(optionAt(bond.at, 'interfaces'), `'${member}' is already in ${twin.at}`);
      }
      holders.set(member, port);
    }
  }
}
