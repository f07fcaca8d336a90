import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { commonDnsOptions, LABEL, networkOptions } from '../network/options.ts';

const STATE = { type: 'str', choices: ['present', 'absent'], default: 'present' } as const;

/** A key that is an error here, so that a list of networks of the other engine gets an error that says why. */
const OF_LOCAL = { type: 'raw', description: 'A key of the engine V(local): an error with OVN.' } as const;

const {
  bridge: _bridge,
  vlan: _vlan,
  port: _port,
  host_ports: _hostPorts,
  libvirt: _libvirt,
  host_interfaces: _hostInterfaces,
  database_socket: _socket,
  timeout: _timeout,
  ...common
} = networkOptions;

/** A network, by the keys that both engines have. */
const NETWORK = defineOptions({
  ...common,
  engine: {
    type: 'str',
    choices: ['ovn', 'local'],
    default: 'ovn',
    description: 'The engine of the network; those of V(local) are ignored.',
  },
  state: {
    ...STATE,
    description: 'V(absent) removes all that was made for the network; guests keep running.',
  },
  gateway: {
    type: 'raw',
    description:
      "The address of the network's router, or a list with one for each subnet; the first one by default. V(false) is none: the network then has no router, and so neither DHCP nor DNS.",
  },
  mtu: {
    type: 'int',
    minimum: 576,
    maximum: 65535,
    description:
      'The MTU of the network, at most O(underlay_mtu) without what the tunnels between hypervisors take, which is the default; guests are told by DHCP and router advertisements.',
  },
  dns: {
    type: 'dict',
    options: { ...commonDnsOptions, host: OF_LOCAL },
    bare: true,
    description:
      'DNS for guests; none by default. OVN answers for the names of the network, and asks no other name server: guests are told those of O(networks[].dns.forwarders), which must be given.',
  },
  nat: {
    type: 'bool',
    default: false,
    description:
      "Whether guests reach the outside through O(networks[].uplink), with the router's address outside as their source.",
  },
  nat_address: {
    type: 'list',
    elements: { type: 'str' },
    description:
      "The router's address outside, in the subnet of the uplink; the lowest free one of O(uplinks[].addresses) by default, which is kept once it is taken.",
  },
  uplink: {
    type: 'str',
    name: true,
    description:
      'One of O(uplinks), by which the network is connected to the outside. For O(networks[].nat) and O(networks[].forwards), the only uplink is the default.',
  },
  routed_to: {
    type: 'list',
    elements: { type: 'str' },
    default: [],
    description:
      'Networks to which guests of this one can open connections. Networks are separated otherwise.',
  },
  host_port: {
    type: 'bool',
    default: false,
    description: 'Whether each of O(hypervisors) has an interface in the network, with an address of it.',
  },
  bridge: OF_LOCAL,
  vlan: OF_LOCAL,
  port: OF_LOCAL,
  host_ports: OF_LOCAL,
  libvirt: OF_LOCAL,
});

const UPLINK = defineOptions({
  name: { ...LABEL, required: true, description: "The name of the uplink, and of OVN's physical network." },
  state: { ...STATE, description: 'V(absent) removes it; no network may use it any longer.' },
  bridge: {
    type: 'str',
    name: true,
    description: 'The bridge of the hypervisors that leads outside. It is not used here, but on hypervisors.',
  },
  vlan: {
    type: 'int',
    minimum: 1,
    maximum: 4094,
    description: 'The VLAN on the bridge; untagged by default.',
  },
  subnet: {
    type: 'list',
    elements: { type: 'str' },
    requiredUnless: ['state', 'absent'],
    description: 'The subnet of the outside, or one for IPv4 and one for IPv6.',
  },
  gateway: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The router that leads on, or one for each subnet; without it there is no default route.',
  },
  addresses: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The first and the last IPv4 address that routers of networks take, one each.',
  },
  addresses6: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The first and the last IPv6 address that routers of networks take.',
  },
  gateways: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The hypervisors that may be the gateway, by their names in O(hypervisors), the first one first; all of them in their order by default. If one fails, the next one takes its place. Those that are V(absent) there are left out.',
  },
});

// OVN takes no number that begins with 0.
const PORT = '[1-9][0-9]{0,4}';

const RULE = defineOptions({
  protocol: {
    type: 'str',
    choices: ['tcp', 'udp', 'sctp', 'icmp', 'any'],
    default: 'any',
    description: 'The protocol.',
  },
  ports: {
    type: 'list',
    elements: {
      type: 'str',
      pattern: `${PORT}(-${PORT})?`,
      hint: 'a port, or a range of ports such as 8000-8100',
    },
    description: 'The ports and ranges of ports of the guest; all by default.',
  },
  from_group: {
    type: 'str',
    description: 'The security group of which the interface that sends must be.',
  },
  from_network: { type: 'str', description: 'The network from which it is sent.' },
  from: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The addresses and networks from which it is sent.',
  },
});

const GROUP = defineOptions({
  name: { ...LABEL, required: true, description: 'The name of the group.' },
  state: { ...STATE, description: 'V(absent) removes it; no guest may have it any longer.' },
  rules: {
    type: 'list',
    elements: { type: 'dict', options: RULE },
    default: [],
    description:
      'What interfaces of the group get. All else that comes in is dropped; what they send, and the answers to it, pass.',
  },
});

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const INTERFACE = defineOptions({
  network: { type: 'str', required: true, description: 'The network.' },
  port: {
    type: 'str',
    required: true,
    pattern: UUID,
    hint: 'a UUID',
    description:
      "The name of the interface's port in OVN: libvirt's C(interfaceid), as M(piecewise.cloud.vm) returns it.",
  },
  mac: { type: 'str', required: true, description: 'Its MAC address.' },
  addresses: {
    type: 'list',
    elements: { type: 'str' },
    default: [],
    description:
      'Its addresses, one of each family, with or without a prefix. Without one, it has one of O(networks[].dhcp.range), and in an IPv6 subnet one of O(networks[].dhcp.range6) or that which it makes itself.',
  },
  aliases: {
    type: 'list',
    elements: LABEL,
    default: [],
    description: 'More names of the guest in the network.',
  },
  security_groups: {
    type: 'list',
    elements: { type: 'str' },
    default: [],
    description: 'Its security groups. Without one, all comes in.',
  },
  any_address: {
    type: 'bool',
    default: false,
    description:
      'Whether it can send from, and get what is for, addresses that are not its own: for routers.',
  },
});

const GUEST = defineOptions({
  name: { ...LABEL, required: true, description: 'The name of the guest, and its name in DNS.' },
  state: { ...STATE, description: 'V(absent) removes its ports.' },
  interfaces: {
    type: 'list',
    elements: { type: 'dict', options: INTERFACE },
    default: [],
    description: 'Its interfaces in networks of OVN.',
  },
});

const HYPERVISOR = defineOptions({
  name: {
    type: 'str',
    name: true,
    required: true,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]*',
    hint: 'made of letters, digits and "._-"',
    description: 'The name of the hypervisor.',
  },
  chassis: { type: 'str', description: "OVN's C(system-id) of it; O(hypervisors[].name) by default." },
  state: { ...STATE, description: 'V(absent) removes the ports of its guests, and its interfaces.' },
  guests: {
    type: 'list',
    elements: { type: 'dict', options: GUEST },
    description:
      'Its guests with their interfaces in networks of OVN. Each has the ports of the list and no others. Ports of guests that are not in the list are kept, unless O(purge) is set.',
  },
});

/** All networks of a cloud. */
export const cloudOptions = defineOptions({
  networks: {
    type: 'list',
    elements: { type: 'dict', options: NETWORK },
    default: [],
    description: 'The networks. Networks that are not in the list are kept, unless O(purge) is set.',
  },
  uplinks: {
    type: 'list',
    elements: { type: 'dict', options: UPLINK },
    default: [],
    description: 'The networks outside.',
  },
  security_groups: {
    type: 'list',
    elements: { type: 'dict', options: GROUP },
    default: [],
    description: 'The security groups.',
  },
  hypervisors: {
    type: 'list',
    elements: { type: 'dict', options: HYPERVISOR },
    default: [],
    description: 'The hypervisors. Ports of guests of those that are not in the list are kept.',
  },
  underlay_mtu: {
    type: 'int',
    default: 1500,
    minimum: 640,
    maximum: 65535,
    description: 'The MTU of the network between hypervisors.',
  },
  underlay_family: {
    type: 'str',
    choices: ['ipv4', 'ipv6'],
    default: 'ipv4',
    description: 'By what the hypervisors reach each other: tunnels over IPv6 take 20 bytes more.',
  },
  owner: {
    type: 'str',
    default: 'cloud',
    pattern: '[A-Za-z0-9._-]+',
    hint: 'letters, digits and "._-"',
    description: 'The name that marks all rows that this task creates. Rows without it are never changed.',
  },
  purge: {
    type: 'bool',
    default: false,
    description:
      'Remove the networks, uplinks and security groups that earlier tasks of this O(owner) created and that the lists no longer have.',
  },
  database_socket: {
    type: 'str',
    name: true,
    description: 'The Unix socket of the northbound database. The default is the path of the distribution.',
  },
  southbound_socket: {
    type: 'str',
    name: true,
    description:
      'The Unix socket of the southbound database, of which only hypervisors are read. The default is the path of the distribution.',
  },
  timeout: {
    type: 'int',
    default: 30,
    minimum: 1,
    description:
      'How many seconds to wait for the databases, and for the hypervisors to carry out a change. Those that have not are named in a warning.',
  },
});

export type CloudOptions = ValuesOf<typeof cloudOptions>;
export type NetworkEntry = ValuesOf<typeof NETWORK>;
export type UplinkEntry = ValuesOf<typeof UPLINK>;
export type GroupEntry = ValuesOf<typeof GROUP>;
export type RuleEntry = ValuesOf<typeof RULE>;
export type HypervisorEntry = ValuesOf<typeof HYPERVISOR>;
export type InterfaceEntry = ValuesOf<typeof INTERFACE>;
