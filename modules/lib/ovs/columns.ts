import { INTERFACE_TYPES } from './interfaces.ts';
import type { TableName } from './tables.ts';
import { sorted, type Value } from './types.ts';

/** An option that is a column: what its module's spec says of it, where it is kept, and how it is compared. */
export interface Column {
  readonly option: {
    readonly type: string;
    readonly description: string | readonly string[];
    /** The keys of a map whose values nobody is shown. */
    readonly secretKeys?: readonly string[];
  };
  /** The row it belongs to; the column has the option's name. */
  readonly table: Exclude<TableName, 'Open_vSwitch'>;
  /** What stands for a value when two are compared; the value itself by default. */
  readonly normal?: (value: Value) => Value;
  /** It is told at its default too, since what that is depends on the host. */
  readonly always?: true;
}

export type Columns = Readonly<Record<string, Column>>;

const defineColumns = <const C extends Columns>(columns: C): C => columns;

// An empty datapath_type or type is `system`: ovs-vswitchd.conf.db(5).
const systemByDefault = (value: Value) => value || 'system';

const offByDefault = (value: Value) => value ?? false;

// The database keeps no order in a set: RFC 7047 section 5.1.
const asSet = (value: Value) => sorted((value ?? []) as readonly (string | number)[]);

const noDelay = (value: Value) => value ?? 0;

// `off` is what none says: ovs-vswitchd.conf.db(5), "LACP Configuration".
const lacpOff = (value: Value) => value ?? 'off';

const asLowerCase = (value: Value) => (typeof value === 'string' ? value.toLowerCase() : value);

const mapOption = (what: string) =>
  ({
    type: 'dict',
    values: 'str',
    description: [
      what,
      'The keys that an earlier task set and that are no longer given are removed; those of others stay. An empty mapping removes all that earlier tasks set.',
    ],
  }) as const;

const vlansOption = (what: string) =>
  ({
    type: 'list',
    elements: { type: 'int', minimum: 0, maximum: 4095 },
    clearable: true,
    description: `${what} From 0 to 4095 each. An empty list clears it.`,
  }) as const;

const delayOption = (what: string) =>
  ({
    type: 'int',
    minimum: 0,
    description: `For how many milliseconds an interface of a bond has to be ${what}.`,
  }) as const;

const PROTOCOLS = [
  'OpenFlow10',
  'OpenFlow11',
  'OpenFlow12',
  'OpenFlow13',
  'OpenFlow14',
  'OpenFlow15',
] as const;

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
  protocols: {
    option: {
      type: 'list',
      elements: { type: 'str', choices: PROTOCOLS },
      clearable: true,
      description: [
        "The versions of OpenFlow that the bridge speaks. An empty list clears it: then it speaks those of Open vSwitch's release.",
      ],
    },
    table: 'Bridge',
    normal: asSet,
  },
  stp_enable: {
    option: {
      type: 'bool',
      description:
        'Whether the bridge takes part in the Spanning Tree Protocol. Not together with O(rstp_enable).',
    },
    table: 'Bridge',
    normal: offByDefault,
  },
  rstp_enable: {
    option: {
      type: 'bool',
      description:
        'Whether the bridge takes part in the Rapid Spanning Tree Protocol. Not together with O(stp_enable).',
    },
    table: 'Bridge',
    normal: offByDefault,
  },
  mcast_snooping_enable: {
    option: {
      type: 'bool',
      description: 'Whether multicast goes only where IGMP or MLD says that somebody listens.',
    },
    table: 'Bridge',
    normal: offByDefault,
  },
  external_ids: { option: mapOption("The bridge's external_ids."), table: 'Bridge' },
  other_config: { option: mapOption("The bridge's other_config."), table: 'Bridge' },
});

/** The options of a port that are columns, of its own row or of its interface's. */
export const PORT_COLUMNS = defineColumns({
  type: {
    option: {
      type: 'str',
      choices: INTERFACE_TYPES,
      description: [
        'V(system) is an interface that the host has, such as a NIC; V(internal) one that Open vSwitch makes; V(patch) one end of a cable to another bridge; the others are mostly tunnels.',
        "Which of them there are depends on Open vSwitch's release: C(ovs-vsctl get open_vswitch . iface_types).",
        "When it isn't given, an existing port's type stays, and a new port is V(system) where the host has an interface of that name, else V(internal).",
      ],
    },
    table: 'Interface',
    normal: systemByDefault,
    always: true,
  },
  options: {
    option: {
      ...mapOption(
        "The options of the port's interface: C(remote_ip) and C(key) of a tunnel, C(peer) of a patch port. The value of C(psk) is shown to nobody.",
      ),
      secretKeys: ['psk'],
    },
    table: 'Interface',
  },
  tag: {
    option: {
      type: 'int',
      minimum: 0,
      maximum: 4095,
      clearable: true,
      description: 'The VLAN of an access port, or the native VLAN. An empty text clears it.',
    },
    table: 'Port',
  },
  trunks: {
    option: vlansOption('The VLANs of a trunk port, all when there is none.'),
    table: 'Port',
    normal: asSet,
  },
  vlan_mode: {
    option: {
      type: 'str',
      choices: ['access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel'],
      clearable: true,
      description:
        'How the port does VLANs. An empty text clears it: then a port with a O(tag) is an access port, and one without a trunk.',
    },
    table: 'Port',
  },
  cvlans: {
    option: vlansOption('The customer VLANs of a V(dot1q-tunnel) port, all when there is none.'),
    table: 'Port',
    normal: asSet,
  },
  protected: {
    option: {
      type: 'bool',
      description: 'Whether the port sends nothing to other protected ports of its bridge (split horizon).',
    },
    table: 'Port',
    normal: offByDefault,
  },
  bond_mode: {
    option: {
      type: 'str',
      choices: ['active-backup', 'balance-slb', 'balance-tcp'],
      clearable: true,
      description:
        "How a bond uses its O(interfaces): one at a time (V(active-backup), Open vSwitch's default), by MAC address and VLAN (V(balance-slb)), or by the headers of each packet (V(balance-tcp), which needs O(lacp)). An empty text clears it.",
    },
    table: 'Port',
  },
  lacp: {
    option: {
      type: 'str',
      choices: ['active', 'passive', 'off'],
      clearable: true,
      description:
        'Whether the port agrees with the switch at the other end by LACP, and who begins. V(off) by default. An empty text clears it.',
    },
    table: 'Port',
    normal: lacpOff,
  },
  bond_updelay: {
    option: delayOption('up before it is used'),
    table: 'Port',
    normal: noDelay,
  },
  bond_downdelay: {
    option: delayOption('down before it is no longer used'),
    table: 'Port',
    normal: noDelay,
  },
  mac: {
    option: {
      type: 'str',
      clearable: true,
      pattern: '[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}',
      hint: 'six pairs of hexadecimal digits with ":" between',
      description:
        'The MAC address of an V(internal) interface. An empty text clears it; the interface keeps the address that it has until it is made anew, at the next boot at the latest.',
    },
    table: 'Interface',
    normal: asLowerCase,
  },
  mtu_request: {
    option: {
      type: 'int',
      minimum: 68,
      maximum: 65535,
      clearable: true,
      description:
        "The interface's MTU. An empty text clears it; the interface keeps the MTU that it has until it is made anew, at the next boot at the latest.",
    },
    table: 'Interface',
  },
  ofport_request: {
    option: {
      type: 'int',
      minimum: 1,
      maximum: 65279,
      clearable: true,
      description: [
        'The OpenFlow number that the interface gets, if no other has it. An empty text clears it; the interface keeps its number.',
        'Open vSwitch makes an interface anew for another number. Its addresses are put back.',
      ],
    },
    table: 'Interface',
  },
  external_ids: { option: mapOption("The port's external_ids."), table: 'Port' },
  other_config: { option: mapOption("The port's other_config."), table: 'Port' },
});
