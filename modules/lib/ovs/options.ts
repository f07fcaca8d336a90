import { defineOptions, type ValuesOf } from '../ansible/spec.ts';
import { bridgeColumnOptions, portColumnOptions } from './columns.ts';

const state = {
  type: 'str',
  choices: ['present', 'absent'],
  default: 'present',
} as const;

/** What is said of a bridge, but for its name. */
export const bridgeOptions = defineOptions({
  state: {
    ...state,
    description:
      'V(absent) removes the bridge with its ports, and the addresses and files that tasks had given these.',
  },
  ...bridgeColumnOptions,
});

/** What is said of a port. */
export const portOptions = defineOptions({
  bridge: {
    type: 'str',
    required: true,
    description: 'The bridge. A port that is on another one is moved, with all that it has.',
  },
  port: { type: 'str', required: true, description: 'The port, and its interface. At most 15 characters.' },
  state: {
    ...state,
    description: 'V(absent) removes the port, and the address and files that tasks had given it.',
  },
  ...portColumnOptions,
  mode: {
    type: 'str',
    choices: ['manual', 'static', 'dhcp'],
    description: [
      "How the port's interface gets its addresses, now and after a reboot: those of O(address), by DHCP, or not at all; with V(manual) it is only up.",
      'V(static) when O(address) is given. When neither is, addresses are left alone.',
    ],
  },
  address: {
    type: 'list',
    elements: { type: 'str' },
    description: [
      'The address, or several, IPv4 or IPv6, with its prefix (V(192.168.192.129/29)) or with O(netmask) beside it.',
      'An empty one takes away what an earlier task gave.',
    ],
  },
  netmask: {
    type: 'str',
    description: 'The netmask of the addresses that have no prefix, such as V(255.255.255.248).',
  },
});

export type BridgeOptions = ValuesOf<typeof bridgeOptions>;
export type PortOptions = ValuesOf<typeof portOptions>;
