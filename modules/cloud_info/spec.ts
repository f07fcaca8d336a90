import { defineSpec } from '../lib/ansible/spec.ts';
import { connectionOptions } from '../objects/topology/options.ts';
import { RETURNS } from './returns.ts';

export const spec = defineSpec({
  module: 'cloud_info',
  summary: 'Read all that a host of the cloud has',
  description: [
    'Returns the host itself, the bridges and ports of its Open vSwitch, its networks with their leases, its guests (VMs, and containers of libvirt), and its templates, for an overview. Nothing is changed.',
    'Where a part cannot be read, since its program is not installed or does not run, a warning says so, and all else is returned.',
    "Passwords of consoles, keys of tunnels and what guests' seeds have are never returned.",
  ],
  attributes: { diff_mode: { support: 'none', description: 'It changes nothing.' } },
  seealso: ['piecewise.cloud.vm_info', 'piecewise.cloud.ovs_info'],
  requirements: [
    'libvirt-clients (virsh), and a libvirt daemon at O(uri), for guests',
    'libvirt-daemon-driver-lxc, for containers',
    'openvswitch-switch, for bridges and ports',
    'iproute2, for addresses',
  ],
  options: {
    uri: {
      type: 'str',
      default: 'qemu:///system',
      description:
        'The libvirt connection of VMs. With that of the system, V(qemu:///system), containers at C(lxc:///system) are read too, if the host has the driver of libvirt for them.',
    },
    agent_timeout: {
      type: 'int',
      default: 2,
      minimum: 1,
      maximum: 300,
      description:
        'Seconds that the agent of a guest has to answer. It is asked only if there is an interface without a lease.',
    },
    image_directories: {
      type: 'list',
      elements: { type: 'path' },
      default: ['/var/lib/libvirt/templates'],
      description: 'The directories of templates.',
    },
    directories: {
      type: 'list',
      elements: { type: 'path' },
      default: ['/var/lib/libvirt/images'],
      description:
        'The directories of disks: their file systems are returned, and overlays are looked for in them, beside C(/var/lib/libvirt) and the disks of guests.',
    },
    declared: {
      type: 'list',
      elements: {
        type: 'dict',
        options: {
          name: { type: 'str', name: true, required: true, description: 'The name of the guest.' },
          addresses: {
            type: 'list',
            elements: { type: 'str' },
            default: [],
            description:
              'Its addresses, with or without prefix length. What is no address, such as V(dhcp), is ignored.',
          },
        },
      },
      description:
        'Guests that variables declare, with the addresses that these give them. A guest that does not exist is ignored. By default those that the role C(piecewise.cloud.vm) would make of the variables of the host.',
    },
    ...connectionOptions,
  },
  notes: [
    'The addresses of a container are those that the kernel has for its interfaces (V(kernel)). Its root has set them.',
    "What an agent says, and what is in the table of neighbours, is the guest's word. An address that is leased to another guest is not taken from it.",
    'A port that has the name of a bridge is the interface of the host in that bridge.',
    'The sizes of a block device, and of disks in formats other than qcow2 and raw, are not read.',
  ],
  examples: `
- name: All that the host has
  piecewise.cloud.cloud_info:
  register: cloud

- name: Each guest that needs a restart
  ansible.builtin.debug:
    msg: "{{ cloud.guests | selectattr('restart_reasons') | map(attribute='name') }}"
`,
  returns: RETURNS,
});
