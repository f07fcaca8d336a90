import { defineSpec } from '../lib/ansible/spec.ts';
import { connectionOptions } from '../objects/topology/options.ts';

export const spec = defineSpec({
  module: 'ovs_info',
  summary: 'Read all bridges and ports of an Open vSwitch',
  description: [
    'Returns all bridges, ports and interfaces. RV(bridges) and RV(ports) can be given to M(piecewise.cloud.ovs_topology) as they are; options at their default are left out.',
    'Everything is read in one transaction. Nothing is changed.',
  ],
  attributes: { diff_mode: { support: 'none', description: 'It changes nothing.' } },
  seealso: ['piecewise.cloud.ovs_topology'],
  requirements: ['openvswitch-switch'],
  options: connectionOptions,
  examples: `
- name: What the host's Open vSwitch has
  piecewise.cloud.ovs_info:
  register: ovs

- name: Each interface that doesn't work
  ansible.builtin.debug:
    msg: "{{ ovs.interfaces | selectattr('error', 'defined') }}"
`,
  returns: {
    version: {
      description: "Open vSwitch's release.",
      returned: 'when vswitchd has reported it',
      type: 'str',
      sample: '3.1.0',
    },
    interface_types: {
      description: 'The types of interface that it supports.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['geneve', 'internal', 'system', 'vxlan'],
    },
    bridges: {
      description: 'The bridges, fake bridges last.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      sample: [{ name: 'ovs-wan1', fail_mode: 'standalone' }],
    },
    ports: {
      description: "The ports, without the bridges' own ports. A C(psk) is masked.",
      returned: 'always',
      type: 'list',
      elements: 'dict',
      sample: [{ bridge: 'ovs-wan1', port: 'itc-wan1', type: 'internal', tag: 25 }],
    },
    interfaces: {
      description:
        'The state of each interface: its OpenFlow number, link, MTU and MAC address, and the error of one that does not work.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      sample: [{ name: 'itc-wan1', port: 'itc-wan1', ofport: 1, link_state: 'up', mtu: 1500 }],
    },
    pending: {
      description: 'Whether vswitchd has not yet carried out all changes.',
      returned: 'always',
      type: 'bool',
      sample: false,
    },
  },
});
