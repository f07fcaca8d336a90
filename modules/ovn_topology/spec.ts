import { defineSpec } from '../lib/ansible/spec.ts';
import { cloudOptions } from '../objects/ovn/options.ts';

const name = (description: string, sample: string) =>
  ({ description, returned: 'always', type: 'str', sample }) as const;

const mtu = {
  description: 'The MTU of the network.',
  returned: 'always',
  type: 'int',
  sample: 1442,
} as const;

const addresses = {
  description: 'Its addresses, with the prefixes of their subnets.',
  returned: 'always',
  type: 'list',
  elements: 'str',
  sample: ['10.20.0.5/24'],
} as const;

export const spec = defineSpec({
  module: 'ovn_topology',
  summary: 'Manage networks that span hypervisors, by OVN',
  description: [
    "Writes networks with DHCP, DNS, NAT, forwards and routes between them, networks outside, security groups, and the interfaces of guests to OVN's northbound database. It runs once for all hypervisors, on the host of that database, as root.",
    'All is read in one request and written in one transaction, or not at all. Then it waits until all hypervisors have carried it out.',
    'Networks do not reach each other, nor the outside, unless an option allows it.',
    'Only rows that tasks with the same O(owner) have created are changed or removed. Rows of others, and keys that others have set, are kept.',
  ],
  requirements: ['ovn-central'],
  seealso: ['piecewise.cloud.network', 'piecewise.cloud.vm'],
  options: cloudOptions,
  controllerOptions: {
    leaving: {
      type: 'list',
      elements: { type: 'str' },
      default: [],
      description:
        'Those of O(hypervisors) that leave the cloud: their ports are removed. If they are all, so are all networks, uplinks and security groups of the lists.',
    },
    guests_of: {
      type: 'str',
      description:
        'The name of the variable in which a task of M(piecewise.cloud.vm) has registered its result on the hypervisors. Where a hypervisor has it, its O(hypervisors[].guests) come from there. A hypervisor can then be given by its name alone.',
    },
  },
  examples: `
- name: A network over two hypervisors, with a way out and a guest
  piecewise.cloud.ovn_topology:
    uplinks:
      - name: wan
        subnet: 203.0.113.0/28
        gateway: 203.0.113.1
        addresses: [203.0.113.4, 203.0.113.12]
    networks:
      - name: lan
        subnet: 10.20.0.0/24
        dhcp:
          range: [10.20.0.100, 10.20.0.199]
        dns:
          domain: lab.test
          forwarders: [203.0.113.1]
        nat: true
        uplink: wan
        forwards:
          - {port: 80, to: web1}
    security_groups:
      - name: web
        rules:
          - {protocol: tcp, ports: [80, 443]}
          - {protocol: tcp, ports: [22], from_network: lan}
    hypervisors:
      - name: hv1
        guests:
          - name: web1
            interfaces:
              - network: lan
                port: 5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01
                mac: "52:54:00:00:00:05"
                addresses: 10.20.0.5
                security_groups: [web]
      - name: hv2

- name: Remove a network, and keep the others
  piecewise.cloud.ovn_topology:
    networks:
      - {name: lan, state: absent}
`,
  returns: {
    networks: {
      description: 'The networks of the list that are present.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      contains: {
        name: name('The name of the network.', 'lan'),
        mtu,
        gateway: {
          ...addresses,
          description: 'The addresses of its router in it.',
          sample: ['10.20.0.1/24'],
        },
        outside: {
          ...addresses,
          description: 'The addresses of its router outside.',
          sample: ['203.0.113.4'],
        },
      },
    },
    interfaces: {
      description:
        'The interfaces of guests in these networks, those of hypervisors that are not in the list included.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      contains: {
        network: name('The network.', 'lan'),
        host: name('The hypervisor.', 'hv1'),
        guest: name('The guest.', 'web1'),
        port: name('The name of its port in OVN.', '5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01'),
        mac: name('The MAC address.', '52:54:00:00:00:05'),
        addresses,
      },
    },
    host_interfaces: {
      description:
        'The interfaces of the hypervisors in networks with O(networks[].host_port), by hypervisor.',
      returned: 'always',
      type: 'dict',
      sample: { hv1: { lan: { interface_id: 'lan.leg.hv1', addresses: ['10.20.0.254/24'] } } },
      values: {
        description: 'Those of a hypervisor, by network.',
        returned: 'always',
        type: 'dict',
        values: {
          description: 'What the hypervisor needs for its port.',
          returned: 'always',
          type: 'dict',
          contains: {
            interface_id: name("The C(iface-id) of the hypervisor's port.", 'lan.leg.hv1'),
            mac: name('The MAC address.', '0a:12:34:56:78:9a'),
            mtu,
            addresses,
          },
        },
      },
    },
    behind: {
      description: 'The hypervisors that have not carried out the last change.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['hv2'],
    },
  },
});
