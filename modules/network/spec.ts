import { defineSpec } from '../lib/ansible/spec.ts';
import { networkOptions } from '../objects/network/options.ts';

export const spec = defineSpec({
  module: 'network',
  summary: 'Manage networks of guests, with DHCP, DNS, NAT and forwards',
  description: [
    "Makes a network of guests on an Open vSwitch bridge: the host's port in it with its addresses, DHCP and DNS by a dnsmasq of its own, and its rules in a table of nftables, now and after a reboot.",
    'Networks do not reach each other, nor the outside, unless an option allows it.',
    "The rules are in the table C(inet piecewise_cloud); no other table is touched. Another firewall's policy can drop the traffic all the same, which a warning says.",
    'Leaving a network out of the list removes nothing; O(state=absent) does.',
  ],
  seealso: ['piecewise.cloud.ovs_topology', 'piecewise.cloud.vm'],
  requirements: [
    'openvswitch-switch',
    'iproute2',
    'nftables',
    'dnsmasq-base, for O(dhcp) and O(dns)',
    'libvirt-clients and libvirt-daemon-system, for O(libvirt)',
  ],
  options: networkOptions,
  list: {
    option: 'networks',
    description: 'Several networks, each with the options of one.',
  },
  examples: `
- name: A network with DHCP, DNS and the Internet
  piecewise.cloud.network:
    name: lan
    bridge: ovs-lan
    vlan: 10
    subnet: [10.20.0.0/24, "fd00:20::/64"]
    dhcp:
      range: [10.20.0.100, 10.20.0.199]
    dns:
      domain: lab.test
    nat: true
    forwards:
      - port: 8080
        to: 10.20.0.5
        to_port: 80

- name: All networks of a host
  piecewise.cloud.network:
    networks:
      - {name: lan, bridge: ovs-lan, vlan: 10, subnet: 10.20.0.0/24, nat: true, routed_to: [dmz]}
      - {name: dmz, bridge: ovs-lan, vlan: 11, subnet: 10.21.0.0/24, nat: true}

- name: A network that is no longer needed
  piecewise.cloud.network:
    name: lan
    state: absent
`,
  returns: {
    name: { description: 'The name of the network.', returned: 'always', type: 'str', sample: 'lan' },
    interface: {
      description: "The host's interface in the network.",
      returned: 'always',
      type: 'str',
      sample: 'lan',
    },
    gateway: {
      description: "The host's addresses in the network, with their prefixes.",
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['10.20.0.1/24'],
    },
  },
});
