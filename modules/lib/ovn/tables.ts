import type { NameOf, RowOf, RowsOf } from '../ovsdb/tables.ts';
import { integer, map, optional, set, text, uuids } from '../ovsdb/types.ts';

/** What is read of OVN's northbound database: see ovn-nb(5). A reference to one row is a set of one. */
export const NORTHBOUND = {
  NB_Global: { nb_cfg: integer, sb_cfg: integer },
  Logical_Switch: {
    name: text,
    ports: uuids,
    acls: uuids,
    qos_rules: uuids,
    forwarding_groups: uuids,
    load_balancer: uuids,
    dns_records: uuids,
    external_ids: map,
  },
  Logical_Switch_Port: {
    name: text,
    type: text,
    options: map,
    addresses: set<string>(),
    dynamic_addresses: optional<string>(),
    port_security: set<string>(),
    tag: optional<number>(),
    dhcpv4_options: uuids,
    dhcpv6_options: uuids,
    external_ids: map,
  },
  Logical_Router: {
    name: text,
    ports: uuids,
    static_routes: uuids,
    policies: uuids,
    nat: uuids,
    load_balancer: uuids,
    external_ids: map,
  },
  Logical_Router_Port: {
    name: text,
    mac: text,
    networks: set<string>(),
    peer: optional<string>(),
    options: map,
    ipv6_ra_configs: map,
    ha_chassis_group: uuids,
    external_ids: map,
  },
  Logical_Router_Static_Route: {
    ip_prefix: text,
    nexthop: text,
    output_port: optional<string>(),
    external_ids: map,
  },
  NAT: {
    type: text,
    external_ip: text,
    logical_ip: text,
    external_ids: map,
  },
  Load_Balancer: {
    name: text,
    protocol: optional<string>(),
    vips: map,
    options: map,
    external_ids: map,
  },
  ACL: {
    priority: integer,
    direction: text,
    match: text,
    action: text,
    external_ids: map,
  },
  Port_Group: {
    name: text,
    ports: uuids,
    acls: uuids,
    external_ids: map,
  },
  DHCP_Options: {
    cidr: text,
    options: map,
    external_ids: map,
  },
  DNS: {
    records: map,
    external_ids: map,
  },
  HA_Chassis_Group: {
    name: text,
    ha_chassis: uuids,
    external_ids: map,
  },
  HA_Chassis: {
    chassis_name: text,
    priority: integer,
    external_ids: map,
  },
} as const;

/** What is read of the southbound database: see ovn-sb(5). */
export const SOUTHBOUND = {
  Chassis: { name: text, hostname: text },
  Chassis_Private: { name: text, nb_cfg: integer },
} as const;

export type Table = NameOf<typeof NORTHBOUND>;

/** A table whose rows can be ours. */
export type ManagedTable = Exclude<Table, 'NB_Global'>;

/** A row of a table as plain values. */
export type Row<T extends Table = Table> = RowOf<typeof NORTHBOUND, T>;

/** The northbound database at one moment. */
export type Northbound = RowsOf<typeof NORTHBOUND>;

/** A hypervisor that OVN knows. */
export interface Chassis {
  /** Its system ID. */
  readonly name: string;
  readonly hostname: string;
  /** The last change that it has carried out. */
  readonly carriedOut: number;
}

/** The columns that hold a table's rows: a row that none of them holds is deleted, unless its table is a root. */
export const HOLDERS = {
  Logical_Switch: ['ports', 'acls', 'load_balancer', 'dns_records'],
  Logical_Router: ['ports', 'static_routes', 'nat', 'load_balancer'],
  Port_Group: ['ports', 'acls'],
  HA_Chassis_Group: ['ha_chassis'],
} as const satisfies Partial<Record<ManagedTable, readonly string[]>>;

export type Holder = keyof typeof HOLDERS;

/** The columns whose rows are deleted with the row that holds them. */
export const CONTENTS: Readonly<Record<Holder, readonly string[]>> = {
  Logical_Switch: ['ports', 'acls', 'qos_rules', 'forwarding_groups'],
  Logical_Router: ['ports', 'static_routes', 'policies', 'nat'],
  Port_Group: ['acls'],
  HA_Chassis_Group: ['ha_chassis'],
};

/** Tables whose rows exist by themselves, and are deleted by an operation of their own. */
export const ROOTS: ReadonlySet<Table> = new Set<Table>([
  'Logical_Switch',
  'Logical_Router',
  'Load_Balancer',
  'Port_Group',
  'DHCP_Options',
  'DNS',
  'HA_Chassis_Group',
]);

/** Tables of which no two rows can have one name, and those of which northd takes the first only. */
export const NAMED: readonly ManagedTable[] = [
  'Logical_Switch',
  'Logical_Switch_Port',
  'Logical_Router',
  'Logical_Router_Port',
  'Port_Group',
  'HA_Chassis_Group',
];
