import type { StringMap, Value } from '../ovsdb/types.ts';
import type { ManagedTable } from './tables.ts';

/** A row of ours, by its table and by the name that its external_ids have. */
export interface RowKey {
  readonly table: ManagedTable;
  readonly name: string;
}

/** A column of another row of ours that holds a row. */
export interface Membership {
  readonly holder: RowKey;
  readonly column: string;
}

/** A row as it should be. Columns and keys of maps that it doesn't have are kept as they are. */
export interface DesiredRow extends RowKey {
  readonly columns: Readonly<Record<string, Value>>;
  /** Columns that refer to one row, or to none. */
  readonly refs?: Readonly<Record<string, RowKey | undefined>>;
  readonly memberships?: readonly Membership[];
  /** More keys of external_ids, without their prefix. */
  readonly ids?: StringMap;
  /** What the variables say of the whole, in the first row of each thing: it is recorded there, and told in diffs. */
  readonly declared?: Readonly<Record<string, unknown>>;
  /** What the row is for, in the words of the variables. */
  readonly part: string;
}

/** The thing of the variables that a row belongs to, such as `network/lan`; a prefix of its name. */
export function subjectOf(name: string): string {
  const parts = name.split('/');
  return parts.slice(0, parts[0] === 'leg' ? 3 : 2).join('/');
}

/** The rows that other rows refer to. */
export const rowKeys = {
  networkSwitch: (network: string): RowKey => ({ table: 'Logical_Switch', name: `network/${network}` }),
  router: (network: string): RowKey => ({ table: 'Logical_Router', name: `network/${network}` }),
  dhcp: (network: string, family: 4 | 6): RowKey => ({
    table: 'DHCP_Options',
    name: `network/${network}/dhcp/${family}`,
  }),
  uplinkSwitch: (uplink: string): RowKey => ({ table: 'Logical_Switch', name: `uplink/${uplink}` }),
  gateways: (uplink: string): RowKey => ({ table: 'HA_Chassis_Group', name: `uplink/${uplink}` }),
  group: (group: string): RowKey => ({ table: 'Port_Group', name: `group/${group}` }),
} as const;

/**
 * The names of ports and routers in OVN. Those of networks and uplinks have no dot, so no two are the same; a port of a switch
 * and one of a router can't have one name either, since both are ports of the southbound database.
 */
export const names = {
  gatewayPort: (network: string) => `${network}.gateway`,
  routerPort: (network: string) => `${network}.router`,
  outsidePort: (network: string) => `${network}.outside`,
  peerPort: (network: string, other: string) => `${network}.to.${other}`,
  legPort: (network: string, host: string) => `${network}.leg.${host}`,
  uplinkSwitch: (uplink: string) => `${uplink}.uplink`,
  localnetPort: (uplink: string) => `${uplink}.localnet`,
  uplinkPort: (uplink: string, network: string) => `${uplink}.uplink.${network}`,
  /** Addresses of a port group are a variable in matches, whose name can't have a "-". */
  group: (group: string) => `pw_${group.replaceAll('-', '_')}`,
} as const;
