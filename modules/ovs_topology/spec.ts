import { defineSpec } from '../lib/ansible/spec.ts';
import { bridgeOptions, connectionOptions, portOptions } from './options.ts';

export const spec = defineSpec({
  module: 'ovs_topology',
  summary: "Manage all bridges and ports of a host's Open vSwitch at once",
  description: [
    'Makes bridges and ports as the lists describe them: all of it is read in one request, planned together, and written in one transaction, or not at all.',
    'Leaving a bridge or a port out of the lists removes nothing, unless O(purge) is set; O(bridges[].state=absent) and O(ports[].state=absent) do.',
    'The keys are the options of M(piecewise.cloud.ovs_bridge) and M(piecewise.cloud.ovs_port).',
  ],
  requirements: ['openvswitch-switch', 'iproute2'],
  options: {
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
    ports: {
      type: 'list',
      default: [],
      elements: { type: 'dict', options: portOptions },
      description: 'The ports.',
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
  },
  examples: `
- name: A bridge, and a port of VLAN 25 with an address
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-wan1
        state: present
    ports:
      - bridge: ovs-wan1
        port: itc-wan1
        tag: 25
        mode: static
        address: 192.168.192.129
        netmask: 255.255.255.248

- name: Two bridges with a cable between them, which carries two VLANs
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-lan
      - name: ovs-wan1
    ports:
      - bridge: ovs-lan
        port: lan-to-wan
        peer:
          bridge: ovs-wan1
          port: wan-to-lan
        trunks: [10, 25]

- name: These bridges and ports, and no other that this task once made
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-lan
    ports:
      - bridge: ovs-lan
        port: lan
        address: 10.10.1.1/24
    purge: true

- name: None of it
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-wan1
        state: absent
`,
  returns: {
    bridges: {
      description: 'The bridges of the list that are there.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['ovs-wan1'],
    },
    ports: {
      description: 'The ports of the list that are there.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['itc-wan1'],
    },
  },
});
