import { defineOptions } from '../../../lib/ansible/spec.ts';

const MAC = {
  pattern: '[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}',
  hint: 'a unicast MAC address such as 52:54:00:12:34:56',
} as const;

const RATE = { type: 'int', minimum: 1, maximum: 4294967295 } as const;

const DIRECTION = defineOptions({
  average: { ...RATE, required: true, description: 'The rate on average, in kB/s.' },
  peak: { ...RATE, description: 'The rate in a burst, in kB/s.' },
  burst: { ...RATE, description: 'How much may pass at the rate of a burst, in kB.' },
});

/** One of the guest's network interfaces. */
export const INTERFACE = defineOptions({
  type: {
    type: 'str',
    choices: ['ovs', 'bridge', 'network', 'macvtap'],
    default: 'ovs',
    description:
      'An Open vSwitch bridge, a Linux bridge, a libvirt network, or a macvtap device on an interface of the host.',
  },
  source: {
    type: 'str',
    name: true,
    required: true,
    description: 'The name of the bridge, the network, or the interface of the host.',
  },
  mode: {
    type: 'str',
    choices: ['bridge', 'vepa', 'private', 'passthrough'],
    description:
      'Of a V(macvtap), whom on the host its traffic reaches: V(bridge), the default, all guests on that interface.',
  },
  target: {
    type: 'str',
    name: true,
    pattern: '[^\\s/:]{1,15}',
    hint: 'an interface name: at most 15 characters, no space, slash or colon',
    description: 'The name of the interface on the host; libvirt finds one if it is not given.',
  },
  mac: {
    type: 'str',
    ...MAC,
    description:
      'The MAC address. A defined interface keeps its own, a new one gets one that is the same each time.',
  },
  default_mac: {
    type: 'str',
    ...MAC,
    description:
      'The MAC address for an interface that the domain does not have yet. It needs O(interfaces[].target).',
  },
  model: { type: 'str', default: 'virtio', description: 'The model of the network card.' },
  vlans: {
    type: 'list',
    elements: { type: 'int', minimum: 0, maximum: 4095 },
    description: 'The VLAN of an V(ovs) interface; several make it a trunk.',
  },
  native_vlan: {
    type: 'int',
    minimum: 0,
    maximum: 4095,
    description:
      'The VLAN of a trunk that the guest sees without a tag. It is one of the trunk, whether O(interfaces[].vlans) lists it or not.',
  },
  link: {
    type: 'str',
    choices: ['up', 'down'],
    description: 'Whether the guest sees a cable in it; it does if this is not given.',
  },
  bandwidth: {
    type: 'dict',
    description: 'What may pass; without limits if it is not given.',
    options: {
      inbound: { type: 'dict', options: DIRECTION, description: 'To the guest.' },
      outbound: { type: 'dict', options: DIRECTION, description: 'From the guest.' },
    },
  },
  filter: {
    type: 'str',
    name: true,
    description:
      'A libvirt network filter that its traffic passes, V(clean-traffic). Not on V(ovs), whose packets a filter does not see.',
  },
  mtu: { type: 'int', minimum: 68, maximum: 65535, description: 'The largest packet.' },
  queues: {
    type: 'int',
    minimum: 1,
    maximum: 256,
    description: 'Queues of a V(virtio) card, each of which a virtual CPU of its own can serve.',
  },
  boot_order: {
    type: 'int',
    minimum: 1,
    description:
      'Its place among what the guest boots from, over all disks and interfaces. It excludes O(boot).',
  },
  checksum_offload: {
    type: 'bool',
    description:
      'Whether the guest may leave checksums and segmentation to the host; libvirt lets it. V(false) is needed on an Open vSwitch bridge of V(datapath_type=netdev), which does not complete them.',
  },
});
