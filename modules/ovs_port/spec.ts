import { defineSpec } from '../lib/ansible/spec.ts';
import { onePortOptions, rollbackReturns } from '../objects/topology/options.ts';

export const spec = defineSpec({
  module: 'ovs_port',
  summary: "Manage a port of an Open vSwitch bridge, with its interface's addresses",
  description: [
    'Creates, changes, moves and removes a port. An option that is left out keeps its current value; an empty value unsets it.',
    'Addresses are given to the interface at once and kept across a reboot: by ifupdown where that is in use (C(/etc/network/interfaces.d/ovs_port_NAME)), by systemd-networkd otherwise.',
    'Addresses that others added to the interface are kept.',
  ],
  seealso: ['piecewise.cloud.ovs_topology', 'piecewise.cloud.ovs_confirm'],
  requirements: ['openvswitch-switch', 'iproute2'],
  options: onePortOptions,
  examples: `
- name: A port of VLAN 25 with an address
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: itc-wan1
    tag: 25
    mode: static
    address: 192.168.192.129
    netmask: 255.255.255.248

- name: The same, shorter
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: itc-wan1
    tag: 25
    address: 192.168.192.129/29

- name: A port with routes to other networks
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: itc-wan1
    address: 192.168.192.130/29
    routes:
      - to: 10.20.0.0/16
        via: 192.168.192.129
      - to: default
        via: 192.168.192.129
        metric: 100

- name: A NIC of the host
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: eth1
    type: system

- name: A NIC of the host as a trunk of two VLANs, and of VLAN 1 without a tag
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: eth2
    type: system
    vlan_mode: native-untagged
    tag: 1
    trunks: [10, 25]

- name: Two NICs of the host as one bond, brought up
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: bond0
    interfaces: [eth1, eth2]
    bond_mode: balance-tcp
    lacp: active
    mode: manual

- name: A patch cable between two bridges
  piecewise.cloud.ovs_port:
    bridge: ovs-lan
    port: lan-to-wan
    peer:
      bridge: ovs-wan1
      port: wan-to-lan

- name: A tunnel to another host, which openvswitch-ipsec encrypts
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: to-hv2
    type: vxlan
    options:
      remote_ip: 192.0.2.2
      key: 5
      psk: "{{ vault_tunnel_psk }}"
    protected: true

- name: Remove a port with its addresses and files
  piecewise.cloud.ovs_port:
    bridge: ovs-wan1
    port: itc-wan1
    state: absent
`,
  returns: {
    bridge: { description: 'The bridge.', returned: 'always', type: 'str', sample: 'ovs-wan1' },
    port: { description: 'The port.', returned: 'always', type: 'str', sample: 'itc-wan1' },
    state: { description: 'The state of the port.', returned: 'always', type: 'str', sample: 'present' },
    type: {
      description: 'The type of its interface.',
      returned: 'when O(state=present)',
      type: 'str',
      sample: 'internal',
    },
    addresses: {
      description: 'The addresses that the task gives to the interface, with their prefix.',
      returned: 'when the task gives addresses',
      type: 'list',
      elements: 'str',
      sample: ['192.168.192.129/29'],
    },
    ...rollbackReturns,
  },
});
