import { defineSpec } from '../lib/ansible/spec.ts';
import { bridgeOptions, connectionOptions } from '../ovs_topology/options.ts';

export const spec = defineSpec({
  module: 'ovs_bridge',
  summary: 'Manage an Open vSwitch bridge',
  description: [
    'Makes, changes and removes a bridge. An option that is left out is left alone; an empty value clears.',
    "Speaks to Open vSwitch's database itself: what is to be changed is written at once, or not at all.",
  ],
  requirements: ['openvswitch-switch'],
  options: {
    bridge: { type: 'str', name: true, required: true, description: 'The bridge. At most 15 characters.' },
    ...bridgeOptions,
    ...connectionOptions,
  },
  examples: `
- name: A bridge
  piecewise.cloud.ovs_bridge:
    bridge: ovs-wan1

- name: A bridge that forwards what its flows say, and nothing else
  piecewise.cloud.ovs_bridge:
    bridge: br-int
    fail_mode: secure
    external_ids:
      bridge-id: br-int

- name: A bridge of a ring, that speaks OpenFlow 1.3 with its controller
  piecewise.cloud.ovs_bridge:
    bridge: ovs-ring
    rstp_enable: true
    mcast_snooping_enable: true
    protocols: [OpenFlow13]

- name: A bridge of its own name for VLAN 25 of another
  piecewise.cloud.ovs_bridge:
    bridge: vlan25
    parent: ovs-wan1
    vlan: 25

- name: A bridge under a controller
  piecewise.cloud.ovs_bridge:
    bridge: br-int
    fail_mode: secure
    controller: [tcp:192.0.2.1:6653]

- name: A bridge with an address of its own, through which the host reaches the world
  piecewise.cloud.ovs_bridge:
    bridge: br-ex
    address: [192.0.2.10/24, 2001:db8::10/64]
    gateway: [192.0.2.1, 2001:db8::1]
    dns: 192.0.2.53

- name: No bridge, and nothing of its ports
  piecewise.cloud.ovs_bridge:
    bridge: ovs-wan1
    state: absent
`,
  returns: {
    bridge: { description: 'The bridge.', returned: 'always', type: 'str', sample: 'ovs-wan1' },
    state: { description: 'Whether it is there.', returned: 'always', type: 'str', sample: 'present' },
    addresses: {
      description: "The addresses that the task gives to the bridge's own interface, with their prefix.",
      returned: 'when the task says something of them',
      type: 'list',
      elements: 'str',
      sample: ['192.0.2.10/24'],
    },
  },
});
