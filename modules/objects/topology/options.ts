import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { bridgeColumnOptions, portColumnOptions, rootColumnOptions } from './columns.ts';

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
      'How the interface (of a bridge: its own interface) gets its addresses, now and after a reboot: from O(address) (V(static)), by DHCP (V(dhcp)), or not at all (V(manual), which only brings it up).',
      'The default is V(static) when O(address) is given. When neither is given, the current addresses are kept.',
      'O(mode), O(address), O(gateway), O(routes), O(dns) and O(dns_search) are set together: those that are left out are removed where an earlier task set them.',
    ],
  },
  address: {
    type: 'list',
    elements: { type: 'str' },
    description: [
      'The address, or several, IPv4 or IPv6, with its prefix (V(192.168.192.129/29)) or with O(netmask) beside it.',
      'An empty string removes what an earlier task set.',
      'An address in a network that another interface has is an error, except for a V(/32) or V(/128).',
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
      'The router of the default route: one IPv4 address, one IPv6 address, or both. It must be in the network of an O(address), or an IPv6 link-local address. Where another interface has a default route, use O(routes) with a C(metric).',
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
          description: 'Of several routes to one network, the one with the smallest metric is used.',
        },
      },
    },
    description: "The interface's routes. Routes that others added are kept.",
  },
  dns: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The addresses of name servers. With ifupdown they are passed to resolvconf (or systemd-resolved, from Debian 13 on), with systemd-networkd to systemd-resolved. C(/etc/resolv.conf) is never written; where no such program is installed, a warning is shown.',
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
      'V(absent) removes the bridge with its ports, and their addresses and files that tasks created.',
  },
  parent: {
    type: 'str',
    name: true,
    description:
      'Makes this bridge a fake bridge: O(vlan) of this parent bridge, see the manual page of C(ovs-vsctl). Its ports are those of its parent in that VLAN.',
  },
  vlan: {
    type: 'int',
    minimum: 0,
    maximum: 4095,
    description: 'The VLAN of the O(parent) that a fake bridge stands for.',
  },
  controller: {
    type: 'list',
    elements: { type: 'str' },
    clearable: true,
    description: [
      "The bridge's OpenFlow controllers, such as V(tcp:192.0.2.1:6653), V(ssl:192.0.2.1:6653), V(ptcp:6654:127.0.0.1) or V(unix:/run/controller.sock).",
      'Controllers that are not in the list are removed. An empty list removes all.',
    ],
  },
  ...bridgeColumnOptions,
  ...addressOptions,
});

/** Seconds, where none are given: long enough to reconnect, short enough to wait for. */
export const ROLLBACK_TIMEOUT = 60;

/** The options of a port. */
export const portOptions = defineOptions({
  bridge: {
    type: 'str',
    name: true,
    required: true,
    description: 'The bridge. A port that is on another bridge is moved, with all its settings.',
  },
  port: {
    type: 'str',
    name: true,
    required: true,
    description: 'The port, and its interface. At most 15 characters.',
  },
  state: {
    ...state,
    description: 'V(absent) removes the port, and its addresses and files that tasks created.',
  },
  interfaces: {
    type: 'list',
    elements: { type: 'str', name: true },
    description: [
      'The interfaces of a bond: NICs of the host, unless O(type) is given. O(port) is the name of the bond.',
      'Interfaces that are not in the list are removed from the bond. O(type), O(mtu_request) and O(mode=manual), which brings them up, apply to all of them.',
    ],
  },
  peer: {
    type: 'dict',
    options: {
      bridge: { type: 'str', name: true, required: true, description: 'The bridge at the other end.' },
      port: { type: 'str', name: true, required: true, description: 'The patch port there.' },
    },
    description: [
      'The other end of a V(patch) port, which is created with it, and removed with it by O(state=absent).',
      'For other options of the other end, such as O(trunks), give it a task or an entry in the list as well.',
    ],
  },
  take_address: {
    type: 'bool',
    default: false,
    description: [
      "The bridge's own interface takes the addresses, routes and name servers of this NIC of the host, now and at the next boot: for the uplink through which the host is reached.",
      'Everything is put back, also after a reboot, unless M(piecewise.cloud.ovs_confirm) is run within O(rollback_timeout). The role C(ovs) runs it over a new connection.',
      'While one such change is not confirmed, another one is an error. A task that is still running when the time is over stops.',
      'Where the NIC has no address (any more), nothing changes. Addresses that the task gives the bridge have precedence.',
      'When the port or the bridge is removed, the NIC gets the addresses of the bridge back, now and at the next boot. A bridge that is kept keeps them where it has another interface of the host, or where the task gives it addresses.',
    ],
  },
  rollback_timeout: {
    type: 'int',
    minimum: 5,
    maximum: 3600,
    description: `After how many seconds without a confirmation O(take_address) is undone, V(${ROLLBACK_TIMEOUT}) by default. After a reboot, the time starts again.`,
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
      "The Unix socket of Open vSwitch's database, as a path or as C(unix:PATH). The default is the distribution's path.",
  },
  timeout: {
    type: 'int',
    default: 5,
    minimum: 1,
    description: 'How many seconds to wait for the database, and for ovs-vswitchd to carry out a change.',
  },
});

/** The options of a task for one bridge. */
export const oneBridgeOptions = defineOptions({
  bridge: { type: 'str', name: true, required: true, description: 'The bridge. At most 15 characters.' },
  ...bridgeOptions,
  ...connectionOptions,
});

/** The options of a task for one port. */
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
    description: 'Default options for all O(bridges), such as C(datapath_type).',
  },
  ports: {
    type: 'list',
    default: [],
    elements: { type: 'dict', options: portOptions },
    description: 'The ports.',
  },
  settings: {
    type: 'dict',
    options: rootColumnOptions,
    description:
      'The settings of Open vSwitch itself: its row of the table Open_vSwitch, see ovs-vswitchd.conf.db(5). O(state) has no effect on them.',
  },
  bring_up: {
    type: 'bool',
    default: false,
    description:
      'Whether a port without O(ports[].mode) and O(ports[].address) is brought up, now and after a reboot, as with C(mode=manual). It has no effect on tunnels and patch ports, which have no network interface on the host.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    description: 'The state of all O(bridges) and O(ports). It overrides their own.',
  },
  owner: {
    type: 'str',
    default: 'topology',
    pattern: '[A-Za-z0-9._-]+',
    hint: 'letters, digits and "._-"',
    description: 'The name that marks the bridges and ports that this task creates, for O(purge).',
  },
  purge: {
    type: 'bool',
    default: false,
    description: [
      'Remove the bridges and ports that earlier tasks of this O(owner) created and that the lists no longer have.',
      "All others are kept, such as a guest's port or a port of M(piecewise.cloud.ovs_port), and so is a bridge with such ports.",
    ],
  },
  ...connectionOptions,
});

/** Returned where a bridge takes addresses. */
export const rollbackReturns = {
  rollback: {
    description: 'The change that the host undoes by itself unless it is confirmed in time.',
    returned: 'while a change is not confirmed',
    type: 'dict',
    contains: {
      port: { description: 'The NIC.', returned: 'always', type: 'str', sample: 'eth0' },
      seconds: {
        description: 'After how many seconds the host undoes it.',
        returned: 'always',
        type: 'int',
        sample: 60,
      },
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
