import { type BRIDGE_COLUMNS, PORT_COLUMNS, type ROOT_COLUMNS } from '../../lib/ovs/rows/columns.ts';
import { INTERFACE_TYPES } from '../../lib/ovs/rows/interfaces.ts';

// The options that are columns: the engine has their facts, and here is what Ansible users read of them.

type OptionOf<C> = { readonly [name in keyof C]: object };

const mapOption = (what: string) =>
  ({
    type: 'dict',
    values: 'str',
    description: [
      what,
      'Keys that an earlier task set and that are no longer given are removed; keys of others are kept. An empty mapping removes all keys that earlier tasks set.',
    ],
  }) as const;

const vlansOption = (what: string) =>
  ({
    type: 'list',
    elements: { type: 'int', minimum: 0, maximum: 4095 },
    clearable: true,
    description: `${what} From 0 to 4095 each. An empty list unsets it.`,
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

/** The options of a bridge that are columns, each of them. */
export const bridgeColumnOptions = {
  datapath_type: {
    type: 'str',
    choices: ['system', 'netdev'],
    description:
      'The datapath: the kernel (V(system), for a new bridge by default) or user space (V(netdev)).',
  },
  fail_mode: {
    type: 'str',
    choices: ['standalone', 'secure'],
    clearable: true,
    description:
      'What the bridge does without its controller: forward as a switch (V(standalone)), or only by its flows (V(secure)). An empty string unsets it.',
  },
  protocols: {
    type: 'list',
    elements: { type: 'str', choices: PROTOCOLS },
    clearable: true,
    description: [
      'The versions of OpenFlow that the bridge speaks. An empty list unsets it: then it uses the defaults of Open vSwitch.',
    ],
  },
  stp_enable: {
    type: 'bool',
    description:
      'Whether the bridge takes part in the Spanning Tree Protocol. Not together with O(rstp_enable).',
  },
  rstp_enable: {
    type: 'bool',
    description:
      'Whether the bridge takes part in the Rapid Spanning Tree Protocol. Not together with O(stp_enable).',
  },
  mcast_snooping_enable: {
    type: 'bool',
    description: 'Whether multicast is forwarded only to ports with a listener, by IGMP and MLD snooping.',
  },
  external_ids: mapOption("The bridge's external_ids."),
  other_config: mapOption("The bridge's other_config."),
} as const satisfies OptionOf<typeof BRIDGE_COLUMNS>;

/** The options of Open vSwitch itself that set columns. */
export const rootColumnOptions = {
  external_ids: mapOption('The external_ids of Open vSwitch, such as C(ovn-encap-ip).'),
  other_config: mapOption('The other_config of Open vSwitch, such as C(max-idle).'),
} as const satisfies OptionOf<typeof ROOT_COLUMNS>;

/** The options of a port that set columns. */
export const portColumnOptions = {
  type: {
    type: 'str',
    choices: INTERFACE_TYPES,
    description: [
      'V(system) is an interface that the host has, such as a NIC; V(internal) is one that Open vSwitch creates; V(patch) one end of a cable to another bridge; the others are mostly tunnels.',
      "The types that the host's Open vSwitch supports: C(ovs-vsctl get open_vswitch . iface_types).",
      "When it isn't given, an existing port keeps its type, and a new port is V(system) where the host has an interface of that name, else V(internal).",
    ],
  },
  options: {
    ...mapOption(
      "The options of the port's interface: C(remote_ip) and C(key) of a tunnel, C(peer) of a patch port. The value of C(psk) is masked in all output.",
    ),
    secretKeys: PORT_COLUMNS.options.secretKeys,
  },
  tag: {
    type: 'int',
    minimum: 0,
    maximum: 4095,
    clearable: true,
    description: 'The VLAN of an access port, or the native VLAN. An empty string unsets it.',
  },
  trunks: vlansOption('The VLANs of a trunk port, all VLANs when it is unset.'),
  vlan_mode: {
    type: 'str',
    choices: ['access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel'],
    clearable: true,
    description:
      'How the port does VLANs. An empty string unsets it: then a port with a O(tag) is an access port, and one without a trunk.',
  },
  cvlans: vlansOption('The customer VLANs of a V(dot1q-tunnel) port, all VLANs when it is unset.'),
  protected: {
    type: 'bool',
    description:
      'Whether traffic between this port and other protected ports of its bridge is blocked (split horizon).',
  },
  bond_mode: {
    type: 'str',
    choices: ['active-backup', 'balance-slb', 'balance-tcp'],
    clearable: true,
    description:
      "How a bond uses its interfaces: one at a time (V(active-backup), Open vSwitch's default), by MAC address and VLAN (V(balance-slb)), or by the headers of each packet (V(balance-tcp), which needs O(lacp)). An empty string unsets it.",
  },
  lacp: {
    type: 'str',
    choices: ['active', 'passive', 'off'],
    clearable: true,
    description:
      'Whether the port negotiates by LACP with the switch at the other end, and whether it starts that (V(active)) or only answers (V(passive)). V(off) by default. An empty string unsets it.',
  },
  bond_updelay: delayOption('up before it is used'),
  bond_downdelay: delayOption('down before it is no longer used'),
  mac: {
    type: 'str',
    clearable: true,
    pattern: '[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}',
    hint: 'six pairs of hexadecimal digits with ":" between',
    description:
      'The MAC address of an V(internal) interface. An empty string unsets it; the interface keeps the address that it has until it is recreated, at the next boot at the latest.',
  },
  mtu_request: {
    type: 'int',
    minimum: 68,
    maximum: 65535,
    clearable: true,
    description:
      "The interface's MTU. An empty string unsets it; the interface keeps the MTU that it has until it is recreated, at the next boot at the latest.",
  },
  ofport_request: {
    type: 'int',
    minimum: 1,
    maximum: 65279,
    clearable: true,
    description: [
      'The OpenFlow port number of the interface, if no other interface has it. An empty string unsets it; the interface keeps its number.',
      'Open vSwitch recreates the interface when the number changes. Its addresses are restored.',
    ],
  },
  interface_external_ids: mapOption(
    "The external_ids of the port's interface, such as C(iface-id), by which OVN knows it.",
  ),
  external_ids: mapOption("The port's external_ids."),
  other_config: mapOption("The port's other_config."),
} as const satisfies OptionOf<typeof PORT_COLUMNS>;
