import { decodeRowOf, encodeColumnsOf, type RowOf } from '../ovsdb/tables.ts';
import { boolean, integer, map, optional, set, text, uuids, type Value } from '../ovsdb/types.ts';

/** What is read of Open vSwitch's database: see ovs-vswitchd.conf.db(5). */
export const TABLES = {
  Open_vSwitch: {
    bridges: uuids,
    cur_cfg: integer,
    next_cfg: integer,
    /** The types of interface that vswitchd supports. */
    iface_types: set<string>(),
    ovs_version: optional<string>(),
    external_ids: map,
    other_config: map,
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
export type Row<T extends TableName> = RowOf<typeof TABLES, T>;

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
  root: {
    ...{ _uuid: '', bridges: [], cur_cfg: 0, next_cfg: 0, iface_types: [], ovs_version: undefined },
    ...{ external_ids: {}, other_config: {} },
  },
  bridges: [],
  controllers: [],
  ports: [],
  interfaces: [],
};

/** A row as the database sends it, as plain values. */
export const decodeRow = <T extends TableName>(table: T, wire: Record<string, unknown>): Row<T> =>
  decodeRowOf(TABLES, table, wire);

/** Columns of a row as an operation has them. */
export const encodeColumns = (table: TableName, values: Readonly<Record<string, Value>>) =>
  encodeColumnsOf(TABLES, table, values);
