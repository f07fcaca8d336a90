import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { connectionOptions } from '../topology/options.ts';

/** The name of a network or of a guest: a label of DNS, and a part of file names. */
export const LABEL = {
  type: 'str',
  name: true,
  pattern: '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?',
  hint: 'made of small letters, digits and "-", and begin and end with a letter or digit',
} as const;

const DOMAIN = {
  type: 'str',
  pattern:
    '([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*',
  hint: 'a domain name, such as lab.test',
} as const;

/** dnsmasq takes no record whose name begins with `_`. */
const RECORD_NAME = { ...DOMAIN, pattern: DOMAIN.pattern.replace('A-Za-z0-9_', 'A-Za-z0-9') } as const;

export const dhcpOptions = defineOptions({
  range: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The first and the last IPv4 address that are leased. Without a range, only guests with a reserved address get one.',
  },
  range6: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The first and the last IPv6 address that are leased by DHCPv6. Without a range, guests make their own addresses from router advertisements, and those with a reserved address get it.',
  },
  lease_time: {
    type: 'str',
    default: '12h',
    pattern: '[1-9][0-9]{0,7}[smhdw]?|infinite',
    hint: 'a number with s, m, h, d or w, such as 12h, or "infinite"',
    description: 'How long a lease is valid; at least two minutes.',
  },
  options: {
    type: 'dict',
    values: 'str',
    default: {},
    description:
      "More DHCPv4 options: a number, or dnsmasq's name of an option, and its value. They replace the router, name server and MTU that are sent otherwise.",
  },
  known_only: {
    type: 'bool',
    default: false,
    description: 'Whether only guests with a reservation get a lease.',
  },
});

const RECORD = defineOptions({
  name: {
    ...RECORD_NAME,
    required: true,
    description: 'The name; without a dot it is in the domain of the network.',
  },
  address: {
    type: 'list',
    elements: { type: 'str' },
    description: 'Its IPv4 and IPv6 addresses.',
  },
});

/** The keys of `dns` that every engine has. */
export const commonDnsOptions = defineOptions({
  domain: {
    ...DOMAIN,
    description: 'The domain of the names of guests. Its names are never asked from other name servers.',
  },
  forwarders: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The name servers that are asked for all other names; those of the host by default, an empty list for none.',
  },
  records: {
    type: 'list',
    elements: { type: 'dict', options: RECORD },
    default: [],
    description: 'Names of machines that are not guests of the network.',
  },
});

const DNS = defineOptions({
  ...commonDnsOptions,
  host: {
    type: 'bool',
    default: true,
    description: 'Whether the host resolves names of the domain, if systemd-resolved runs on it.',
  },
});

// nft takes a number that begins with 0 for an octal one.
const PORT = '[1-9][0-9]{0,4}';

export const forwardOptions = defineOptions({
  protocol: { type: 'str', choices: ['tcp', 'udp'], default: 'tcp', description: 'The protocol.' },
  port: {
    type: 'str',
    required: true,
    pattern: `${PORT}(-${PORT})?`,
    hint: 'a port, or a range of ports such as 8000-8100',
    description: 'The port or the range of ports of the host.',
  },
  listen: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The addresses of the host at which it is forwarded; all but those of networks by default.',
  },
  sources: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The networks and addresses from which it is forwarded; all by default.',
  },
  to: { type: 'str', required: true, description: 'The guest, by its name or one of its addresses.' },
  to_port: {
    type: 'str',
    pattern: PORT,
    hint: 'a port',
    description: 'The port of the guest; O(forwards[].port) by default. A range of ports keeps its numbers.',
  },
});

/** The options of a network of guests. */
export const networkOptions = defineOptions({
  name: { ...LABEL, required: true, description: 'The name of the network.' },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'V(absent) removes all that was made for the network; guests keep running.',
  },
  engine: {
    type: 'str',
    choices: ['local', 'ovn'],
    default: 'local',
    description:
      'V(local) makes the network on this host alone. V(ovn) is for one that M(piecewise.cloud.ovn_topology) makes for all hosts: this host notes it for its guests, and gets its interface in it.',
  },
  bridge: {
    type: 'str',
    name: true,
    description: 'The Open vSwitch bridge; required with O(engine=local), and only there.',
  },
  vlan: {
    type: 'int',
    minimum: 1,
    maximum: 4094,
    description:
      'The VLAN on the bridge; untagged by default, which needs a bridge on which the host has no address.',
  },
  subnet: {
    type: 'list',
    elements: { type: 'str' },
    requiredUnless: ['state', 'absent'],
    description: 'The subnet, such as V(10.20.0.0/24), or one for IPv4 and one for IPv6.',
  },
  gateway: {
    type: 'raw',
    description:
      "The host's address in the subnet, or a list with one for each; the first one by default. V(false) is none: the host then serves neither DHCP nor DNS, and forwards nothing.",
  },
  mtu: {
    type: 'int',
    minimum: 576,
    maximum: 65535,
    description: 'The MTU of the network; guests are told by DHCP and router advertisements.',
  },
  port: {
    type: 'str',
    name: true,
    description:
      "The name of the host's interface in the network; O(name) by default, or a digest of it if that is too long.",
  },
  dhcp: {
    type: 'dict',
    options: dhcpOptions,
    bare: true,
    description: 'DHCP and router advertisements; none by default.',
  },
  dns: { type: 'dict', options: DNS, bare: true, description: 'DNS for guests; none by default.' },
  nat: {
    type: 'bool',
    default: false,
    description:
      'Whether guests reach the outside through O(uplink), with the address of the host as their source.',
  },
  nat_address: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The source address for O(nat); the one that the uplink has by default.',
  },
  uplink: {
    type: 'str',
    name: true,
    description: 'The interface of the host to the outside; the one of the default route by default.',
  },
  routed_to: {
    type: 'list',
    elements: { type: 'str' },
    default: [],
    description:
      'Networks of this host that guests of this one can connect to. Networks are separated otherwise.',
  },
  host_ports: {
    type: 'list',
    elements: {
      type: 'str',
      pattern: `(tcp|udp)/(${PORT}(-${PORT})?|all)`,
      hint: 'a protocol and a port, a range of ports or "all", such as tcp/22, udp/5000-5010 or tcp/all',
    },
    default: [],
    description:
      'The ports of the host itself that guests can connect to, such as V(tcp/22). They always reach its DHCP and DNS and can ping it; nothing else by default.',
  },
  host_port: {
    type: 'bool',
    default: false,
    description:
      'Whether this host has an interface in the network, so that it reaches the guests; only with O(engine=ovn).',
  },
  host_interfaces: {
    type: 'dict',
    description:
      'The interfaces of this host by network, as M(piecewise.cloud.ovn_topology) returns them, for O(host_port); required with O(engine=ovn).',
  },
  ovn_mtus: {
    type: 'dict',
    values: 'int',
    description:
      'The MTUs of networks by name, that M(piecewise.cloud.ovn_topology) returns: for guests with fixed addresses, where O(mtu) is not given; only with O(engine=ovn).',
  },
  forwards: {
    type: 'list',
    elements: { type: 'dict', options: forwardOptions },
    default: [],
    description: 'Ports of the host that are forwarded to guests.',
  },
  libvirt: {
    type: 'bool',
    default: false,
    description:
      'Whether libvirt has a network of this name over the bridge, for virt-install and virt-manager. A change of it cuts off no running guest, and it is not removed while domains use it. Networks of other kinds that libvirt has are never changed.',
  },
  ...connectionOptions,
});

export type NetworkOptions = ValuesOf<typeof networkOptions>;
export type ForwardOptions = ValuesOf<typeof forwardOptions>;
