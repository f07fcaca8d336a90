import { defineSpec } from '../lib/ansible/spec.ts';
import { oneBridgeOptions, rollbackReturns } from '../objects/topology/options.ts';

export const spec = defineSpec({
  module: 'ovs_bridge',
  summary: 'Manage an Open vSwitch bridge',
  description: [
    'Creates, changes and removes a bridge. An option that is left out keeps its current value; an empty value unsets it.',
    "Changes are written to Open vSwitch's database in one transaction: all of them, or none.",
  ],
  seealso: ['piecewise.cloud.ovs_topology'],
  requirements: ['openvswitch-switch'],
  options: oneBridgeOptions,
  examples: `
- name: A bridge
  piecewise.cloud.ovs_bridge:
    bridge: ovs-wan1

- name: A bridge that forwards by its flows only
  piecewise.cloud.ovs_bridge:
    bridge: br-int
    fail_mode: secure
    external_ids:
      bridge-id: br-int

- name: A bridge of a ring that speaks OpenFlow 1.3 with its controller
  piecewise.cloud.ovs_bridge:
    bridge: ovs-ring
    rstp_enable: true
    mcast_snooping_enable: true
    protocols: [OpenFlow13]

- name: A fake bridge for VLAN 25 of another bridge
  piecewise.cloud.ovs_bridge:
    bridge: vlan25
    parent: ovs-wan1
    vlan: 25

- name: A bridge under a controller
  piecewise.cloud.ovs_bridge:
    bridge: br-int
    fail_mode: secure
    controller: [tcp:192.0.2.1:6653]

- name: A bridge with an address, as the host's uplink
  piecewise.cloud.ovs_bridge:
    bridge: br-ex
    address: [192.0.2.10/24, 2001:db8::10/64]
    gateway: [192.0.2.1, 2001:db8::1]
    dns: 192.0.2.53

- name: Remove a bridge with its ports
  piecewise.cloud.ovs_bridge:
    bridge: ovs-wan1
    state: absent
`,
  returns: {
    bridge: { description: 'The bridge.', returned: 'always', type: 'str', sample: 'ovs-wan1' },
    state: { description: 'The state of the bridge.', returned: 'always', type: 'str', sample: 'present' },
    addresses: {
      description: "The addresses that the task gives to the bridge's own interface, with their prefix.",
      returned: 'when the task gives addresses',
      type: 'list',
      elements: 'str',
      sample: ['192.0.2.10/24'],
    },
    ...rollbackReturns,
  },
});
