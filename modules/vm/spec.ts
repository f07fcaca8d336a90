import { defineSpec } from '../lib/ansible/spec.ts';
import { vmOptions } from '../objects/vm/options.ts';

export const spec = defineSpec({
  module: 'vm',
  summary: "Make a host's guests, each with its disk, its cloud-init seed and its domain",
  description: [
    'A VM is a disk made from an image, a seed with the addresses and users of the guest, and a libvirt domain. All VMs of a host are planned and made in one process.',
    'Its parts are those of M(piecewise.cloud.disk_image), M(piecewise.cloud.cloudinit_iso) and M(piecewise.cloud.libvirt_domain), and follow the same rules: an existing disk is never overwritten, a guest is only stopped if the task says so.',
    'A VM that is left out of the list is kept.',
  ],
  attributes: {
    async: {
      support: 'partial',
      description: 'A task that copies a file of the controller cannot use C(async).',
    },
  },
  seealso: ['piecewise.cloud.image', 'piecewise.cloud.libvirt_domain', 'piecewise.cloud.cloudinit_iso'],
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
        'Directories on the controller that are searched for C(NAME.tar.gz) of each O(archive_name). An archive that is found is copied to the host when a disk is made from it.',
    },
  },
  notes: [
    'Long operations show their progress, with percent and rate, while they run.',
    'Two VMs of a task that have the same name, MAC address, disk, interface of the host or, on one bridge and VLAN, the same address are both in error, before anything is done.',
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
    name: { description: 'The name of the VM.', returned: 'always', type: 'str', sample: 'web1' },
    uuid: {
      description: "The domain's UUID.",
      returned: 'when the domain exists',
      type: 'str',
      sample: '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51',
    },
    state: {
      description: "The domain's state, as libvirt names it; C(absent) if there is no domain.",
      returned: 'always',
      type: 'str',
      sample: 'running',
    },
    interfaces: {
      description: 'The interfaces of the VM.',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      contains: {
        name: { description: 'The name in the guest.', returned: 'always', type: 'str' },
        target: { description: 'The name of the interface on the host.', returned: 'always', type: 'str' },
        mac: { description: 'The MAC address.', returned: 'always', type: 'str' },
        addresses: {
          description: 'The addresses that the task gives, with their prefix.',
          returned: 'always',
          type: 'list',
          elements: 'str',
        },
      },
    },
    disk: {
      description: 'The disk of the VM.',
      returned: 'always',
      type: 'dict',
      contains: {
        path: { description: 'The path of the file.', returned: 'always', type: 'str' },
        size: { description: 'The size in bytes.', returned: 'when the task manages the disk', type: 'int' },
      },
    },
    seed: {
      description: 'The seed of the VM.',
      returned: 'always',
      type: 'dict',
      contains: {
        path: { description: 'The path of the file.', returned: 'always', type: 'str' },
        applied: {
          description: 'Whether the guest applies the changed seed.',
          returned: 'when it changed',
          type: 'bool',
        },
        applied_why: { description: 'The reason.', returned: 'when it changed', type: 'str' },
      },
    },
    actions: {
      description: 'What was done, in order.',
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
      description: 'Whether changes take effect only at the next start of the guest.',
      returned: 'always',
      type: 'bool',
    },
    restart_reasons: {
      description: 'The changes that take effect at the next start, and why.',
      returned: 'always',
      type: 'list',
      elements: 'str',
    },
  },
});
