import { sorted, type Value } from '../../ovsdb/types.ts';
import type { TableName } from '../tables.ts';

/** A column that a task can set by an option. */
export interface Column {
  /** The table of its row. */
  readonly table: TableName;
  /** Its name; that of the option by default. */
  readonly column?: string;
  /** Makes equal values identical, for comparison; the value itself by default. */
  readonly normal?: (value: Value) => Value;
  /** Described at its default too, since the default depends on the host. */
  readonly always?: true;
  /** Not described of a row that is there: other programs keep their data in it. */
  readonly isOthers?: true;
  /** The keys of a map whose values are masked in all output. */
  readonly secretKeys?: readonly string[];
}

export type Columns = Readonly<Record<string, Column>>;

const defineColumns = <const C extends Columns>(columns: C): C => columns;

// An empty datapath_type or type is `system`: ovs-vswitchd.conf.db(5).
const systemByDefault = (value: Value) => value || 'system';

const offByDefault = (value: Value) => value ?? false;

// The database keeps no order in a set: RFC 7047 section 5.1.
const asSet = (value: Value) => sorted((value ?? []) as readonly (string | number)[]);

const noDelay = (value: Value) => value ?? 0;

// Without a value it is `off`: ovs-vswitchd.conf.db(5), "LACP Configuration".
const lacpOff = (value: Value) => value ?? 'off';

const asLowerCase = (value: Value) => (typeof value === 'string' ? value.toLowerCase() : value);

/** The columns of Open vSwitch itself. */
export const ROOT_COLUMNS = defineColumns({
  external_ids: { table: 'Open_vSwitch' },
  other_config: { table: 'Open_vSwitch' },
});

/** The columns of a bridge. */
export const BRIDGE_COLUMNS = defineColumns({
  datapath_type: { table: 'Bridge', normal: systemByDefault },
  fail_mode: { table: 'Bridge' },
  protocols: { table: 'Bridge', normal: asSet },
  stp_enable: { table: 'Bridge', normal: offByDefault },
  rstp_enable: { table: 'Bridge', normal: offByDefault },
  mcast_snooping_enable: { table: 'Bridge', normal: offByDefault },
  external_ids: { table: 'Bridge' },
  other_config: { table: 'Bridge' },
});

/** The columns of a port, in its own row or in its interface's. */
export const PORT_COLUMNS = defineColumns({
  type: { table: 'Interface', normal: systemByDefault, always: true },
  options: { table: 'Interface', secretKeys: ['psk'] },
  tag: { table: 'Port' },
  trunks: { table: 'Port', normal: asSet },
  vlan_mode: { table: 'Port' },
  cvlans: { table: 'Port', normal: asSet },
  protected: { table: 'Port', normal: offByDefault },
  bond_mode: { table: 'Port' },
  lacp: { table: 'Port', normal: lacpOff },
  bond_updelay: { table: 'Port', normal: noDelay },
  bond_downdelay: { table: 'Port', normal: noDelay },
  mac: { table: 'Interface', normal: asLowerCase },
  mtu_request: { table: 'Interface' },
  ofport_request: { table: 'Interface' },
  interface_external_ids: { table: 'Interface', column: 'external_ids', isOthers: true },
  external_ids: { table: 'Port' },
  other_config: { table: 'Port' },
});
