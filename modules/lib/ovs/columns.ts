import type { TableName } from './tables.ts';
import type { Value } from './types.ts';

/** An option that is a column: what its module's spec says of it, where it is kept, and how it is compared. */
export interface Column {
  readonly option: { readonly type: string; readonly description: string | readonly string[] };
  /** The row it belongs to; the column has the option's name. */
  readonly table: Exclude<TableName, 'Open_vSwitch'>;
  /** What stands for a value when two are compared; the value itself by default. */
  readonly normal?: (value: Value) => Value;
}

export type Columns = Readonly<Record<string, Column>>;

const defineColumns = <const C extends Columns>(columns: C): C => columns;

// An empty datapath_type or type is `system`: ovs-vswitchd.conf.db(5).
const systemByDefault = (value: Value) => value || 'system';

const mapOption = (what: string) =>
  ({
    type: 'dict',
    values: 'str',
    description: [
      what,
      'The keys that an earlier task set and that are no longer given are removed; those of others stay. An empty mapping removes all that earlier tasks set.',
    ],
  }) as const;

/** The options of a bridge that are columns. */
export const BRIDGE_COLUMNS = defineColumns({
  datapath_type: {
    option: {
      type: 'str',
      choices: ['system', 'netdev'],
      description:
        'The datapath: the kernel (V(system), for a new bridge by default) or user space (V(netdev)).',
    },
    table: 'Bridge',
    normal: systemByDefault,
  },
  fail_mode: {
    option: {
      type: 'str',
      choices: ['standalone', 'secure'],
      clearable: true,
      description:
        'What the bridge does without its controller: forward as a switch (V(standalone)), or only what flows say (V(secure)). An empty text clears it.',
    },
    table: 'Bridge',
  },
  external_ids: { option: mapOption("The bridge's external_ids."), table: 'Bridge' },
  other_config: { option: mapOption("The bridge's other_config."), table: 'Bridge' },
});

/** The options of a port that are columns, of its own row or of its interface's. */
export const PORT_COLUMNS = defineColumns({
  type: {
    option: {
      type: 'str',
      choices: ['system', 'internal'],
      description: [
        'V(system) is an interface that the host has, such as a NIC; V(internal) one that Open vSwitch makes.',
        "When it isn't given, an existing port's type stays, and a new port is V(system) where the host has an interface of that name, else V(internal).",
      ],
    },
    table: 'Interface',
    normal: systemByDefault,
  },
  tag: {
    option: {
      type: 'int',
      minimum: 0,
      maximum: 4095,
      clearable: true,
      description: 'The VLAN of an access port. An empty text clears it.',
    },
    table: 'Port',
  },
  external_ids: { option: mapOption("The port's external_ids."), table: 'Port' },
});
