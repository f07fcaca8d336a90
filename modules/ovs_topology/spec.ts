import { defineSpec } from '../lib/ansible/spec.ts';
import { rollbackReturns, topologyOptions } from '../objects/topology/options.ts';

export const spec = defineSpec({
  module: 'ovs_topology',
  summary: "Manage all bridges and ports of a host's Open vSwitch at once",
  description: [
    'Creates, changes and removes bridges and ports by the lists. All of them are read in one request and written in one transaction, or not at all.',
    'Leaving a bridge or a port out of the lists removes nothing, unless O(purge) is set; O(bridges[].state=absent) and O(ports[].state=absent) do.',
    'The keys are the options of M(piecewise.cloud.ovs_bridge) and M(piecewise.cloud.ovs_port).',
  ],
  attributes: { async: { support: 'partial', description: 'With C(poll=0), not with O(confirm).' } },
  seealso: ['piecewise.cloud.ovs_info', 'piecewise.cloud.ovs_confirm'],
  requirements: ['openvswitch-switch', 'iproute2'],
  options: topologyOptions,
  controllerOptions: {
    confirm: {
      type: 'bool',
      default: false,
      description:
        'Where O(ports[].take_address) is given, whether to open a new connection and run M(piecewise.cloud.ovs_confirm): the host then puts everything back if it can no longer be reached.',
    },
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

- name: These bridges and ports only; others that earlier tasks created are removed
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-lan
    ports:
      - bridge: ovs-lan
        port: lan
        address: 10.10.1.1/24
    purge: true

- name: Remove a bridge
  piecewise.cloud.ovs_topology:
    bridges:
      - name: ovs-wan1
        state: absent
`,
  returns: {
    bridges: {
      description: 'The bridges of the list that are present.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['ovs-wan1'],
    },
    ports: {
      description: 'The ports of the list that are present.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['itc-wan1'],
    },
    ...rollbackReturns,
    confirmed: {
      description: 'Whether the host was reached by a new connection, so that nothing is undone.',
      returned: 'when O(confirm) is set and a change was confirmed',
      type: 'bool',
    },
  },
});
