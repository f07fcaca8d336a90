import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { chassisName } from '../certificate/options.ts';
import { connectionOptions } from '../topology/options.ts';

/** The options of a chassis. */
export const chassisOptions = defineOptions({
  chassis: {
    ...chassisName,
    required: true,
    description: 'The name of the chassis, C(system-id) in Open vSwitch: that of its certificate.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description:
      'V(absent) stops C(ovn-controller), which deletes the chassis from the southbound database, and removes its settings. The bridge V(br-int) is removed if it has no ports.',
  },
  address: {
    type: 'str',
    default: '',
    description:
      'The address of this host in the underlay, without a prefix, at which the tunnels of other hosts end.',
  },
  members: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description: 'The addresses of the members of the cluster of the southbound database.',
  },
  encapsulation: {
    type: 'str',
    choices: ['geneve', 'vxlan'],
    default: 'geneve',
    description:
      'The type of the tunnels, the same on all hosts. With V(vxlan) a network has at most 2048 ports.',
  },
  datapath_type: {
    type: 'str',
    choices: ['', 'system', 'netdev'],
    default: '',
    description: 'The datapath of the bridge V(br-int); that of Open vSwitch by default.',
  },
  bridge_mappings: {
    type: 'dict',
    values: 'str',
    default: {},
    description: 'The bridges that lead to networks outside, by the names of these networks.',
  },
  ...connectionOptions,
  timeout: {
    ...connectionOptions.timeout,
    default: 60,
    description:
      'How many seconds to wait for the database of Open vSwitch, and until C(ovn-controller) is connected.',
  },
});

export type ChassisOptions = ValuesOf<typeof chassisOptions>;
