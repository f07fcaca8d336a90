import { defineSpec } from '../lib/ansible/spec.ts';
import { vmOptions } from '../objects/vm/options.ts';

export const spec = defineSpec({
  module: 'vm',
  summary: "Make a host's guests, each with its disk, its cloud-init seed and its domain",
  description: [
    'A VM is a disk made from an image, a seed with the addresses and users of the guest, and a libvirt domain. It is planned as a whole, and made in one process for all VMs of a host.',
    'Its parts are those of M(piecewise.cloud.disk_image), M(piecewise.cloud.cloudinit_iso) and M(piecewise.cloud.libvirt_domain), and what those promise holds: a disk that is there is never overwritten, a guest is only stopped where the task says so.',
    'Leaving a VM out of the list removes nothing.',
  ],
  requirements: ['libvirt-clients (virsh)', 'qemu-utils (qemu-img)', 'a libvirt daemon at O(uri)'],
  list: {
    option: 'vms',
    description: 'Several VMs in one task.',
    defaults: 'defaults',
  },
  options: vmOptions,
  controllerOptions: {
    archive_paths: {
      type: 'list',
      elements: { type: 'path' },
      default: [],
      description:
        'Directories of the controller in which C(NAME.tar.gz) is looked for, for each O(archive_name). One that is found is copied to the host when a disk is made from it, with its progress.',
    },
  },
  notes: [
    'Long work shows how far it is, with percent and rate, while it runs.',
    'Two VMs of a task that have the same name, MAC address, disk, interface of the host or, on one bridge and VLAN, the same address are errors of both, before anything is done.',
  ],
  examples: `
- name: A guest with a fixed address
  piecewise.cloud.vm:
    name: web1
    memory: 1 GiB
    archive_name: debian-12.qcow2
    hypervisor: "{{ inventory_hostname }}"
    ovs:
      - name: ovs-lan
        vlans: [10]
    interfaces:
      - name: eth0
        address: 10.10.1.11/24
        gateway: 10.10.1.1
        dns: 9.9.9.9
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx6 joe

- name: The guests of this host, from its variables
  piecewise.cloud.vm:
    hypervisor: "{{ inventory_hostname }}"
    defaults:
      archive_name: debian-12.qcow2
      memory: 512 MiB
    vms: "{{ vms }}"

- name: A guest that is no longer needed, with its disk
  piecewise.cloud.vm:
    name: web1
    state: absent
    remove_storage: true
`,
  returns: {
    name: { description: 'The VM.', returned: 'always', type: 'str', sample: 'web1' },
    uuid: {
      description: "The domain's UUID.",
      returned: 'when it is there',
      type: 'str',
      sample: '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51',
    },
    state: {
      description: "The domain's state, as libvirt says it; C(absent) for one that is not there.",
      returned: 'always',
      type: 'str',
      sample: 'running',
    },
    interfaces: {
      description: 'Its interfaces.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      contains: {
        name: { description: 'What the guest calls it.', returned: 'always', type: 'str' },
        target: { description: 'The interface of the host.', returned: 'always', type: 'str' },
        mac: { description: 'Its MAC address.', returned: 'always', type: 'str' },
        addresses: {
          description: 'The addresses that the task states, with their prefix.',
          returned: 'always',
          type: 'list',
          elements: 'str',
        },
      },
    },
    disk: {
      description: 'Its disk.',
      returned: 'always',
      type: 'dict',
      contains: {
        path: { description: 'Where it is.', returned: 'always', type: 'str' },
        size: { description: 'Its size in bytes.', returned: 'where it was looked at', type: 'int' },
      },
    },
    seed: {
      description: 'Its seed.',
      returned: 'always',
      type: 'dict',
      contains: {
        path: { description: 'Where it is.', returned: 'always', type: 'str' },
        applied: {
          description: 'Whether the guest applies what changed.',
          returned: 'where it changed',
          type: 'bool',
        },
        applied_why: { description: 'Why it does, or not.', returned: 'where it changed', type: 'str' },
      },
    },
    actions: {
      description: 'What was done, in its order.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: [
        'make disk /var/lib/libvirt/images/web1/disk.qcow2',
        'define domain web1',
        'start domain web1',
      ],
    },
    restart_required: {
      description: 'Whether something waits for the next start of the guest.',
      returned: 'always',
      type: 'bool',
    },
    restart_reasons: {
      description: 'What waits, and why.',
      returned: 'always',
      type: 'list',
      elements: 'str',
    },
  },
});
