import { boolean, integer, type Kind, map, optional, set, text, uuids, type Value } from './types.ts';

/** What is read of Open vSwitch's database: see ovs-vswitchd.conf.db(5). */
export const TABLES = {
  Open_vSwitch: {
    bridges: uuids,
    cur_cfg: integer,
    next_cfg: integer,
    /** The types of interface that vswitchd supports. */
    iface_types: set<string>(),
    ovs_version: optional<string>(),
  },
  Bridge: {
    name: text,
    ports: uuids,
    datapath_type: text,
    controller: uuids,
    fail_mode: optional<string>(),
    protocols: set<string>(),
    stp_enable: boolean,
    rstp_enable: boolean,
    mcast_snooping_enable: boolean,
    external_ids: map,
    other_config: map,
  },
  Controller: {
    target: text,
  },
  Port: {
    name: text,
    interfaces: uuids,
    tag: optional<number>(),
    trunks: set<number>(),
    vlan_mode: optional<string>(),
    cvlans: set<number>(),
    protected: boolean,
    bond_mode: optional<string>(),
    lacp: optional<string>(),
    bond_updelay: integer,
    bond_downdelay: integer,
    fake_bridge: boolean,
    external_ids: map,
    other_config: map,
  },
  Interface: {
    name: text,
    type: text,
    options: map,
    mac: optional<string>(),
    mtu_request: optional<number>(),
    ofport: optional<number>(),
    ofport_request: optional<number>(),
    error: optional<string>(),
    link_state: optional<string>(),
    mtu: optional<number>(),
    mac_in_use: optional<string>(),
    external_ids: map,
  },
} as const;

export type TableName = keyof typeof TABLES;

/** A row as plain values. */
export type Row<T extends TableName> = { readonly _uuid: string } & {
  readonly [C in keyof (typeof TABLES)[T]]: (typeof TABLES)[T][C] extends Kind<infer V> ? V : never;
};

/** Everything that was read, at one moment. */
export interface Database {
  readonly root: Row<'Open_vSwitch'>;
  readonly bridges: readonly Row<'Bridge'>[];
  readonly controllers: readonly Row<'Controller'>[];
  readonly ports: readonly Row<'Port'>[];
  readonly interfaces: readonly Row<'Interface'>[];
}

/** An Open vSwitch without a bridge: what a check run assumes where none is installed. */
export const EMPTY: Database = {
  root: { _uuid: '', bridges: [], cur_cfg: 0, next_cfg: 0, iface_types: [], ovs_version: undefined },
  bridges: [],
  controllers: [],
  ports: [],
  interfaces: [],
};

const kindOf = (table: TableName, column: string): Kind<Value> | undefined =>
  (TABLES[table] as Record<string, unknown>)[column] as Kind<Value> | undefined;

/** A row as the database sends it, as plain values. */
export function decodeRow<T extends TableName>(table: T, wire: Record<string, unknown>): Row<T> {
  const columns = Object.entries(TABLES[table] as Record<string, Kind<Value>>);
  const values = columns.map(([column, kind]) => [column, kind.decode(wire[column])]);
  return { _uuid: uuidOf(wire._uuid), ...Object.fromEntries(values) };
}

const uuidOf = (wire: unknown) => (Array.isArray(wire) ? String(wire[1]) : '');

/** Columns of a row as an operation has them. */
export function encodeColumns(
  table: TableName,
  values: Readonly<Record<string, Value>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      kindOf(table, column)?.encode(value as never) ?? value,
    ]),
  );
}
