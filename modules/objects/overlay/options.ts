import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { portColumnOptions } from '../topology/columns.ts';
import { connectionOptions, topologyOptions } from '../topology/options.ts';

/** What a tunnel is given of a port's options; the overlay sets the others. */
const { type: _, options: _options, protected: _protected, ...tunnelOptions } = portColumnOptions;

/** The options of an overlay. */
export const overlayOptions = defineOptions({
  name: {
    type: 'str',
    default: 'ov',
    pattern: '[a-z0-9]{1,6}',
    hint: 'made of 1 to 6 small letters and digits',
    description:
      "What the tunnels' names begin with, C(NAME-HOST). Another one for each overlay, where a host has several.",
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'V(absent) takes the host out of the overlay.',
  },
  host: {
    type: 'str',
    required: true,
    description: 'The name of this host. One that is not among O(members) has no tunnels.',
  },
  members: {
    type: 'dict',
    values: 'str',
    default: {},
    description:
      'The hosts that are joined, by name, each with the IPv4 or IPv6 address, without a prefix, at which the others reach it.',
  },
  bridge: {
    type: 'str',
    name: true,
    required: true,
    description: 'The bridge that is joined with those of the other hosts. It is made where there is none.',
  },
  bridge_defaults: {
    ...topologyOptions.bridge_defaults,
    description: 'What the bridge has, such as C(datapath_type).',
  },
  type: {
    type: 'str',
    choices: ['vxlan', 'geneve', 'gre'],
    default: 'vxlan',
    description: 'The type of the tunnels, the same on all hosts.',
  },
  key: {
    type: 'str',
    default: '',
    description: 'The number of the overlay in its tunnels (VNI, or key of GRE), the same on all hosts.',
  },
  options: {
    type: 'dict',
    values: 'str',
    default: {},
    description: [
      'More options of each tunnel, such as C(dst_port).',
      "C(local_ip) is this host's address in O(members), unless it is given here, as behind NAT.",
    ],
  },
  port: {
    type: 'dict',
    options: tunnelOptions,
    default: {},
    description: 'More options of M(piecewise.cloud.ovs_port) for each tunnel, such as C(trunks).',
  },
  psk: {
    type: 'str',
    default: '',
    secret: true,
    // It is written between quotes into ipsec.secrets.
    pattern: '[^"\\\\\\s]*',
    hint: "without spaces, quotes and backslashes, which ipsec.secrets can't hold",
    description:
      'A pre-shared key, the same on all hosts, with which C(openvswitch-ipsec) encrypts the tunnels. Its service must run.',
  },
  ...connectionOptions,
});

export type OverlayOptions = ValuesOf<typeof overlayOptions>;
