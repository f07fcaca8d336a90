import { defineSpec } from '../lib/ansible/spec.ts';
import { SOURCES } from '../lib/guest/addresses/found.ts';

export const spec = defineSpec({
  module: 'vm_info',
  summary: 'Read the states of VMs and containers, and the addresses of their guests',
  description: [
    'Returns the VMs and the containers of a host, with the addresses that running guests have. Nothing is changed.',
    "Addresses are looked for in the leases of DHCP on this host (those of M(piecewise.cloud.network) and of libvirt's networks) and in the host's table of neighbours. The agent of a guest is asked if there is an interface without a lease.",
    'Of a container, the kernel of the host tells the addresses of its interfaces.',
    'Only addresses of the MAC addresses in the definition of the guest are returned; link-local ones are not.',
  ],
  attributes: { diff_mode: { support: 'none', description: 'It changes nothing.' } },
  seealso: ['piecewise.cloud.vm'],
  requirements: [
    'libvirt-clients (virsh)',
    'iproute2',
    'a libvirt daemon at O(uri)',
    'libvirt-daemon-driver-lxc, for containers',
  ],
  options: {
    names: {
      type: 'list',
      elements: { type: 'str', name: true },
      description:
        'The VMs and containers. All domains of the host by default. A name that libvirt does not know is left out.',
    },
    agent_timeout: {
      type: 'int',
      default: 5,
      minimum: 1,
      maximum: 300,
      description: 'Seconds that the agent of a guest has to answer.',
    },
    ready: {
      type: 'bool',
      default: false,
      description: [
        'Whether to look if cloud-init is done in each running guest, as C(wait) of M(piecewise.cloud.vm) does, but without waiting.',
        'The agent of a VM tells it, or the log of its console. Of a container, the files that cloud-init writes in it are read.',
      ],
    },
    cpu: {
      type: 'bool',
      default: false,
      description:
        'Whether to return the processors that guests can have on this host, for C(cpu_mode=baseline) of M(piecewise.cloud.vm).',
    },
    uri: {
      type: 'str',
      default: 'qemu:///system',
      description:
        'The libvirt connection of VMs. With that of the system, V(qemu:///system), containers at C(lxc:///system) are read too, if the host has the driver of libvirt for them.',
    },
  },
  notes: [
    'The addresses of a container are those that the kernel has for its interfaces, and its root has set them. So has it written what tells whether cloud-init is done.',
    "What an agent says, and what is in the table of neighbours, is the guest's word. An address that is leased to another guest is not taken from it.",
    'Leases of DHCPv6 do not have MAC addresses, so those addresses are found by the agent and the neighbours only.',
  ],
  examples: `
- name: The VMs of the host, and their addresses
  piecewise.cloud.vm_info:
  register: found

- name: Each running VM without an address
  ansible.builtin.debug:
    msg: "{{ found.vms | selectattr('state', 'eq', 'running') | rejectattr('addresses') | map(attribute='name') }}"
`,
  returns: {
    vms: {
      description: 'The VMs, then the containers.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      contains: {
        name: { description: 'The name of the domain.', returned: 'always', type: 'str' },
        kind: { description: 'What it is, V(vm) or V(container).', returned: 'always', type: 'str' },
        state: { description: 'The state, as libvirt calls it.', returned: 'always', type: 'str' },
        group: {
          description: 'The group of the VM, as C(group) of M(piecewise.cloud.vm) says.',
          returned: 'when it is in one',
          type: 'str',
        },
        type: { description: 'Its type in the group.', returned: 'when it has one', type: 'str' },
        index: {
          description: 'Its number among those of its type.',
          returned: 'when it was made by a count',
          type: 'int',
        },
        evacuated_from: {
          description:
            'The hypervisor that it was evacuated from, by its name in the inventory, until it is restored.',
          returned: 'when it was evacuated',
          type: 'str',
        },
        ready: {
          description: 'Whether cloud-init is done in the guest.',
          returned: 'if O(ready=true), and the guest runs and something on the host can tell',
          type: 'bool',
        },
        addresses: {
          description:
            'The addresses of the guest. Leases come first, then those that the kernel has or the agent tells, then neighbours; IPv4 before IPv6 in each.',
          returned: 'always',
          type: 'list',
          elements: 'dict',
          contains: {
            address: { description: 'The IP address.', returned: 'always', type: 'str' },
            mac: { description: 'The MAC address of the interface.', returned: 'always', type: 'str' },
            source: {
              description: `Where it was found, ${SOURCES.map((source) => `V(${source})`).join(', ')}.`,
              returned: 'always',
              type: 'str',
            },
          },
        },
      },
      sample: [
        {
          name: 'web1',
          kind: 'vm',
          state: 'running',
          addresses: [{ address: '10.20.0.105', mac: '52:54:00:12:34:56', source: 'lease' }],
        },
      ],
    },
    cpu: {
      description:
        'The processors that guests can have on this host, with KVM and without, as XML: what libvirt has as host-model, and the models that it knows.',
      returned: 'if O(cpu=true)',
      type: 'str',
    },
  },
});
