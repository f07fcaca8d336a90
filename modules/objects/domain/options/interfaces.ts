import { defineOptions } from '../../../lib/ansible/spec.ts';

const MAC = {
  pattern: '[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}',
  hint: 'a unicast MAC address such as 52:54:00:12:34:56',
} as const;

const RATE = { type: 'int', minimum: 1, maximum: 4294967295 } as const;

const DIRECTION = defineOptions({
  average: { ...RATE, required: true, description: 'The average rate, in kB/s.' },
  peak: { ...RATE, description: 'The peak rate, in kB/s.' },
  burst: { ...RATE, description: 'How much may pass at the peak rate, in kB.' },
});

/** One of the guest's network interfaces. */
export const INTERFACE = defineOptions({
  type: {
    type: 'str',
    choices: ['ovs', 'bridge', 'network', 'macvtap'],
    default: 'ovs',
    description:
      'What the interface is connected to: an Open vSwitch bridge, a Linux bridge, a libvirt network, or an interface of the host by a macvtap device.',
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
      'The mode of a V(macvtap) device; V(bridge), the default, reaches the other guests on the same interface of the host.',
  },
  target: {
    type: 'str',
    name: true,
    pattern: '[^\\s/:]{1,15}',
    hint: 'an interface name: at most 15 characters, no space, slash or colon',
    description: 'The name of the interface on the host; libvirt chooses one if this is not given.',
  },
  mac: {
    type: 'str',
    ...MAC,
    description:
      'The MAC address. By default a defined interface keeps its address, and a new one gets an address that is the same each time.',
  },
  default_mac: {
    type: 'str',
    ...MAC,
    description:
      'The MAC address of an interface that the domain does not have yet. It needs O(interfaces[].target).',
  },
  model: { type: 'str', default: 'virtio', description: 'The model of the network card.' },
  vlans: {
    type: 'list',
    elements: { type: 'int', minimum: 0, maximum: 4095 },
    description: 'The VLAN of an V(ovs) interface; several VLANs make it a trunk.',
  },
  native_vlan: {
    type: 'int',
    minimum: 0,
    maximum: 4095,
    description: 'The VLAN of a trunk that the guest sees untagged. O(interfaces[].vlans) need not list it.',
  },
  link: {
    type: 'str',
    choices: ['up', 'down'],
    description: 'The state of the link, as the guest sees it; V(up) if this is not given.',
  },
  bandwidth: {
    type: 'dict',
    description: 'Limits on the traffic; none if this is not given.',
    options: {
      inbound: { type: 'dict', options: DIRECTION, description: 'Traffic to the guest.' },
      outbound: { type: 'dict', options: DIRECTION, description: 'Traffic from the guest.' },
    },
  },
  filter: {
    type: 'str',
    name: true,
    description:
      'A libvirt network filter for the traffic, such as V(clean-traffic). It is not possible on V(ovs), where filters see no packets.',
  },
  mtu: { type: 'int', minimum: 68, maximum: 65535, description: 'The MTU, in bytes.' },
  queues: {
    type: 'int',
    minimum: 1,
    maximum: 256,
    description: 'The number of queues of a V(virtio) card; a virtual CPU can serve each.',
  },
  boot_order: {
    type: 'int',
    minimum: 1,
    description:
      'The position in the boot order, counted over all disks and interfaces. It excludes O(boot).',
  },
  guest_device: {
    type: 'str',
    name: true,
    pattern: '[^\\s/:]{1,15}',
    hint: 'an interface name: at most 15 characters, no space, slash or colon',
    description:
      'The name of the interface in a container. Without it, libvirt names the interfaces V(eth0), V(eth1) and so on, in their order.',
  },
  addresses: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The addresses of the interface in a container, with a prefix, such as V(10.10.1.11/24). libvirt sets them before the first process starts, so the container need not configure its network.',
  },
  gateways: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The default gateway of a container by this interface, or one for IPv4 and one for IPv6.',
  },
  checksum_offload: {
    type: 'bool',
    description:
      'Whether the guest may leave checksums and segmentation to the host; it may if this is not given. V(false) is needed on an Open vSwitch bridge of V(datapath_type=netdev), which does not complete them.',
  },
});
