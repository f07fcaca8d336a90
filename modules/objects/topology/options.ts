import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { bridgeColumnOptions, portColumnOptions } from './columns.ts';

const state = {
  type: 'str',
  choices: ['present', 'absent'],
  default: 'present',
} as const;

/** The options of a port's interface, or a bridge's own. */
export const addressOptions = defineOptions({
  mode: {
    type: 'str',
    choices: ['manual', 'static', 'dhcp'],
    description: [
      'How the interface (of a bridge, its own) gets its addresses, now and after a reboot: those of O(address), by DHCP, or not at all; with V(manual) it is only up.',
      'V(static) when O(address) is given. When neither is, addresses are left alone.',
      'O(mode), O(address), O(gateway), O(routes), O(dns) and O(dns_search) are one whole: where one is given, what earlier tasks gave of the others goes.',
    ],
  },
  address: {
    type: 'list',
    elements: { type: 'str' },
    description: [
      'The address, or several, IPv4 or IPv6, with its prefix (V(192.168.192.129/29)) or with O(netmask) beside it.',
      'An empty one takes away what an earlier task gave.',
      'An address of a network that another interface has is an error; not a V(/32) or V(/128).',
    ],
  },
  netmask: {
    type: 'str',
    description: 'The netmask of the addresses that have no prefix, such as V(255.255.255.248).',
  },
  gateway: {
    type: 'list',
    elements: { type: 'str' },
    description:
      "The router for all that no other route is for: one IPv4 address, one IPv6 address, or both. It is within the network of an O(address), or one of IPv6's link-local addresses. Beside the default route of another interface, give O(routes) with a C(metric).",
  },
  routes: {
    type: 'list',
    elements: {
      type: 'dict',
      options: {
        to: {
          type: 'str',
          required: true,
          description: 'The network, such as V(10.20.0.0/16), an address, or V(default).',
        },
        via: { type: 'str', description: 'The router. Without one, the network is on the link itself.' },
        metric: {
          type: 'int',
          minimum: 1,
          maximum: 4294967295,
          description: 'Of several routes to one network, the one with the smallest counts.',
        },
      },
    },
    description: "The interface's routes. Those of others stay.",
  },
  dns: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The addresses of name servers. They are handed to what keeps them on the host: with ifupdown to resolvconf (or systemd-resolved, from Debian 13 on), with systemd-networkd to systemd-resolved. C(/etc/resolv.conf) is never written; where nothing takes them, a warning says so.',
  },
  dns_search: {
    type: 'list',
    elements: {
      type: 'str',
      name: true,
      pattern: '~?[A-Za-z0-9_.-]*',
      hint: 'a domain, such as example.org',
    },
    description: 'The domains in which names without a dot are looked up.',
  },
});

/** The options of a bridge, without its name. */
export const bridgeOptions = defineOptions({
  state: {
    ...state,
    description:
      'V(absent) removes the bridge with its ports, and the addresses and files that tasks had given these.',
  },
  parent: {
    type: 'str',
    name: true,
    description:
      'The bridge of which this one is a VLAN, O(vlan): a fake bridge, as in the manual page of C(ovs-vsctl). Its ports are those of its parent in that VLAN.',
  },
  vlan: {
    type: 'int',
    minimum: 0,
    maximum: 4095,
    description: 'The VLAN that the bridge is of its O(parent).',
  },
  controller: {
    type: 'list',
    elements: { type: 'str' },
    clearable: true,
    description: [
      "The bridge's OpenFlow controllers, such as V(tcp:192.0.2.1:6653), V(ssl:192.0.2.1:6653), V(ptcp:6654:127.0.0.1) or V(unix:/run/controller.sock).",
      'Those that the bridge has and the list has not are removed. An empty list removes all.',
    ],
  },
  ...bridgeColumnOptions,
  ...addressOptions,
});

/** Seconds, where none are given: long enough to connect anew, short enough to sit out. */
export const ROLLBACK_TIMEOUT = 60;

/** The options of a port. */
export const portOptions = defineOptions({
  bridge: {
    type: 'str',
    name: true,
    required: true,
    description: 'The bridge. A port that is on another one is moved, with all that it has.',
  },
  port: {
    type: 'str',
    name: true,
    required: true,
    description: 'The port, and its interface. At most 15 characters.',
  },
  state: {
    ...state,
    description: 'V(absent) removes the port, and the address and files that tasks had given it.',
  },
  interfaces: {
    type: 'list',
    elements: { type: 'str', name: true },
    description: [
      'The interfaces of a bond, which has a name of its own: NICs of the host, unless O(type) says otherwise.',
      'Those that the bond has and the list has not leave it. O(type), O(mtu_request) and O(mode=manual), which brings them up, are of all of them.',
    ],
  },
  peer: {
    type: 'dict',
    options: {
      bridge: { type: 'str', name: true, required: true, description: 'The bridge at the other end.' },
      port: { type: 'str', name: true, required: true, description: 'The patch port there.' },
    },
    description: [
      'The other end of a V(patch) port, which is made with it. With O(state=absent) it goes with it.',
      'What else the other end is to have, such as O(trunks), a task or an entry of its own says.',
    ],
  },
  take_address: {
    type: 'bool',
    default: false,
    description: [
      "The bridge's own interface takes the addresses, routes and name servers of this NIC of the host, now and at the next boot: for the uplink by which the host is reached.",
      'Everything is put back, also after a reboot, unless M(piecewise.cloud.ovs_confirm) is run within O(rollback_timeout). The role C(ovs) runs it over a fresh connection.',
      'One such change waits to be confirmed at a time: while it does, another is an error. A task that is not done when the time is over stops.',
      'Where the NIC has no address (any more), nothing is taken. What the task itself says of the addresses of the bridge goes before.',
    ],
  },
  rollback_timeout: {
    type: 'int',
    minimum: 5,
    maximum: 3600,
    description: `After how many seconds without a confirmation O(take_address) is undone, V(${ROLLBACK_TIMEOUT}) by default; after a reboot they are counted anew.`,
  },
  ...portColumnOptions,
  ...addressOptions,
});

/** The options that every module of Open vSwitch has. */
export const connectionOptions = defineOptions({
  database_socket: {
    type: 'str',
    name: true,
    description:
      "The Unix socket of Open vSwitch's database, as a path or as C(unix:PATH); where the distribution has it by default.",
  },
  timeout: {
    type: 'int',
    default: 5,
    minimum: 1,
    description: 'How many seconds to wait for the database, and for ovs-vswitchd to carry a change out.',
  },
});

/** What a task says that is about one bridge. */
export const oneBridgeOptions = defineOptions({
  bridge: { type: 'str', name: true, required: true, description: 'The bridge. At most 15 characters.' },
  ...bridgeOptions,
  ...connectionOptions,
});

/** What a task says that is about one port. */
export const onePortOptions = defineOptions({ ...portOptions, ...connectionOptions });

const { state: _, ...bridgeDefaults } = bridgeOptions;

/** The options of all bridges and ports of a host. */
export const topologyOptions = defineOptions({
  bridges: {
    type: 'list',
    default: [],
    elements: {
      type: 'dict',
      options: {
        name: {
          type: 'str',
          name: true,
          required: true,
          aliases: ['bridge'],
          description: 'The bridge. At most 15 characters.',
        },
        ...bridgeOptions,
      },
    },
    description: 'The bridges.',
  },
  bridge_defaults: {
    type: 'dict',
    options: bridgeDefaults,
    default: {},
    description: "What each of O(bridges) has that doesn't say it itself, such as C(datapath_type).",
  },
  ports: {
    type: 'list',
    default: [],
    elements: { type: 'dict', options: portOptions },
    description: 'The ports.',
  },
  bring_up: {
    type: 'bool',
    default: false,
    description:
      'Whether a port that says neither O(ports[].mode) nor O(ports[].address) is brought up, now and after a reboot, as with C(mode=manual). A tunnel and a patch port have no interface of the host.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    description: 'The state of all of O(bridges) and O(ports), whatever they say themselves.',
  },
  owner: {
    type: 'str',
    default: 'topology',
    pattern: '[A-Za-z0-9._-]+',
    hint: 'letters, digits and "._-"',
    description: 'The name under which bridges and ports that this task creates are marked as its own.',
  },
  purge: {
    type: 'bool',
    default: false,
    description: [
      'Remove the bridges and ports that earlier tasks of this O(owner) created and that the lists no longer have.',
      "What others created stays: a guest's port, a port of M(piecewise.cloud.ovs_port), one that was there before. So does a bridge that such ports are on.",
    ],
  },
  ...connectionOptions,
});

/** What a task returns where it has the bridge take an address. */
export const rollbackReturns = {
  rollback: {
    description: 'The change that the host undoes by itself unless it is confirmed in time.',
    returned: 'while one waits to be confirmed',
    type: 'dict',
    contains: {
      port: { description: 'The NIC.', returned: 'always', type: 'str', sample: 'eth0' },
      seconds: { description: 'How long the host waits.', returned: 'always', type: 'int', sample: 60 },
    },
  },
} as const;

export type AddressOptions = ValuesOf<typeof addressOptions>;
export type BridgeOptions = ValuesOf<typeof bridgeOptions>;
export type PortOptions = ValuesOf<typeof portOptions>;
export type ConnectionOptions = ValuesOf<typeof connectionOptions>;
export type OneBridgeOptions = ValuesOf<typeof oneBridgeOptions>;
export type OnePortOptions = ValuesOf<typeof onePortOptions>;
export type TopologyOptions = ValuesOf<typeof topologyOptions>;
