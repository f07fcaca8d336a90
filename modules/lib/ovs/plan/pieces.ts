import type { Ref } from '../../ovsdb/types.ts';
import { guardMember, guardRow, type Operation, update } from '../operations.ts';
import type { DatabaseIndex, PortRows } from '../rows/database-index.ts';
import { type RowPlan, replaced, type Values } from '../rows/row.ts';
import type { Row } from '../tables.ts';
import type { Topology } from './topology.ts';

/** A change in the options' terms, for the diff. */
export interface Described {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What happens to a port's device. A `new` or `recreated` one has no addresses yet; a `removed` one, where it is internal,
 * no longer exists.
 */
export interface Fate {
  readonly device: 'new' | 'kept' | 'recreated' | 'removed';
  readonly type: string;
  /** The type before the task, where it changes. */
  readonly before?: string;
  readonly bridge: string;
  /** A bond has no device; these are the names of its interfaces. */
  readonly members?: readonly string[];
}

type Named<T> = readonly (readonly [name: string, value: T])[];

/** What the plan of a bridge, a port or a part of one adds to the transaction. */
export interface Piece {
  /** Conditions for the whole transaction; they come before all writes. */
  readonly guards?: readonly Operation[];
  readonly writes?: readonly Operation[];
  readonly changes?: readonly Described[];
  readonly missing?: readonly string[];
  readonly warnings?: readonly string[];
  /** By port. */
  readonly fates?: Named<Fate>;
  /** Interfaces that vswitchd makes or changes; their errors are read afterwards. */
  readonly interfaces?: readonly string[];
  /** By bridge, the ports that are added to it and removed from it. */
  readonly joining?: Named<Ref>;
  readonly leaving?: Named<Ref>;
}

/** Puts pieces together, in their order. */
export const together = (pieces: readonly Piece[]): Required<Piece> => ({
  guards: pieces.flatMap(({ guards = [] }) => guards),
  writes: pieces.flatMap(({ writes = [] }) => writes),
  changes: pieces.flatMap(({ changes = [] }) => changes),
  missing: pieces.flatMap(({ missing = [] }) => missing),
  warnings: pieces.flatMap(({ warnings = [] }) => warnings),
  fates: pieces.flatMap(({ fates = [] }) => fates),
  interfaces: pieces.flatMap(({ interfaces = [] }) => interfaces),
  joining: pieces.flatMap(({ joining = [] }) => joining),
  leaving: pieces.flatMap(({ leaving = [] }) => leaving),
});

/** What all planners know. */
export interface Context {
  readonly topology: Topology;
  readonly index: DatabaseIndex;
  /** The names of the host's network interfaces. */
  readonly devices: ReadonlySet<string>;
}

/** A reference to a row that the transaction inserts. @param names what tells it from all others of its table */
export const newRef = (table: string, ...names: string[]): Ref => ({
  uuid: `${table}_${Buffer.from(names.join(' ')).toString('hex')}`,
  named: true,
});

/** Refuses the transaction unless a port is still on the bridge that it was read on. */
export const guardPort = ({ bridge, port }: PortRows): Operation =>
  guardMember(bridge._uuid, bridge.name, port._uuid);

/** The fate of an interface that a bond loses, unless the task plans one for it. */
export const lostInterface = (
  { topology }: Context,
  { name, type }: Row<'Interface'>,
  bridge: string,
): Named<Fate> =>
  topology.ports.some((port) => port.name === name && port.state === 'present')
    ? []
    : [[name, { device: 'removed', type, bridge }]];

/** Writes the columns of an existing row that change. */
export function updateRow<T extends 'Open_vSwitch' | 'Bridge' | 'Port' | 'Interface'>(
  table: T,
  row: Row<T> & Values,
  plan: RowPlan,
): Piece {
  if (Object.keys(plan.values).length === 0) return {};
  return {
    guards: [guardRow(table, row._uuid, replaced(plan, row))],
    writes: [update(table, row._uuid, plan.values)],
  };
}
