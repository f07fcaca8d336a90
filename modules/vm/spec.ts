import { defineSpec } from '../lib/ansible/spec.ts';
import { vmOptions } from '../objects/vm/options.ts';
import { GROUP } from './groups.ts';

export const spec = defineSpec({
  module: 'vm',
  summary: "Make a host's guests, each with its disk, its cloud-init seed and its domain",
  description: [
    'A VM is a disk made from an image, a seed with the addresses and users of the guest, and a libvirt domain. All VMs of a host are planned and made in one process.',
    'With O(kind=container) it is a container: a root made from a root template of M(piecewise.cloud.image), and a domain of the LXC driver of libvirt.',
    'Its parts are those of M(piecewise.cloud.disk_image), M(piecewise.cloud.cloudinit_iso) and M(piecewise.cloud.libvirt_domain), and follow the same rules: an existing disk or root is never overwritten, a guest is only stopped if the task says so.',
    'A VM that is left out of the list is kept, unless it was made by a count and O(groups[].types[].remove) says otherwise.',
  ],
  attributes: {
    async: {
      support: 'partial',
      description: 'A task that copies a file of the controller cannot use C(poll=0).',
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
    groups: {
      type: 'list',
      elements: { type: 'dict', options: GROUP },
      default: [],
      description: [
        'Groups of VMs that are alike, beside those of O(vms).',
        'A type is made O(groups[].types[].count) times on each hypervisor that has the list; with C(host) in the type, on that one. VMs that a smaller count no longer has are kept, with a warning.',
      ],
    },
    descriptions: {
      type: 'list',
      elements: { type: 'path' },
      default: [],
      description: [
        'Files on the controller that describe groups, as those of nocloud do. The name of the file is that of the group. A line is C(TEMPLATE:NUMBER:TYPE), or C(TEMPLATE:NUMBER:TYPE:OPTIONS).',
        'The options are separated by C(;): C(mem=MIB), C(cpu=NUMBER), C(dsk=GIB,GIB) for more disks, which are named C(data0), C(data1) and so on, C(name=PREFIX). The template is an O(archive_name).',
        'A relative path is searched for in the directory of the inventory, in the working directory, and in that of the playbook. Empty lines, and lines that begin with C(#), are ignored.',
      ],
    },
    overrides: {
      type: 'dict',
      default: {},
      description: 'Options of all VMs, instead of those that they have themselves, such as C(state).',
    },
    hypervisors: {
      type: 'list',
      elements: { type: 'str' },
      default: [],
      description: [
        'The hypervisors that may have VMs of this task, by their names in the inventory; O(hypervisor) may be among them. Those that are not in the play are asked too.',
        'They are asked when the task would make VMs, and not otherwise; with O(cpu_mode=baseline) for their processors too. A VM that one of them has, and no longer declares by its variables for the role C(vm), is moved as O(migrate) says (RV(moves)), and not made.',
        'A VM is not made while one of them cannot be asked, unless the extra variable C(confirm_dead) names it: a host that is taken as one without VMs.',
        'A task with C(async) and C(poll=0) cannot ask them.',
      ],
    },
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

- name: A guest that is ready when the task ends
  piecewise.cloud.vm:
    name: db1
    memory: 2 GiB
    archive_name: debian-12.qcow2
    hypervisor: "{{ inventory_hostname }}"
    networks:
      - name: lan
    wait:
      for: cloud_init
      timeout: 600

- name: A guest with a disk for its data, which can grow while it runs
  piecewise.cloud.vm:
    name: db2
    memory: 2 GiB
    archive_name: debian-12.qcow2
    hypervisor: "{{ inventory_hostname }}"
    networks:
      - name: lan
    disks:
      - name: data
        size: 50G

- name: A guest that boots by the kernel of its image
  piecewise.cloud.vm:
    name: build1
    memory: 512 MiB
    archive_name: root.qcow2
    disk_size: 10G
    kernel: template
    cmdline: root=/dev/vda ro net.ifnames=0 console=ttyS0
    hypervisor: "{{ inventory_hostname }}"
    networks:
      - name: lan

- name: A guest with an empty disk that is installed from an ISO of the host
  piecewise.cloud.vm:
    name: base
    memory: 1 GiB
    disk_size: 8G
    iso:
      path: /srv/iso/debian-12-netinst.iso
    hypervisor: "{{ inventory_hostname }}"

- name: A container
  piecewise.cloud.vm:
    name: proxy1
    kind: container
    memory: 256 MiB
    archive_name: debian-12-root
    hypervisor: "{{ inventory_hostname }}"
    networks:
      - name: lan
        address: 10.30.0.5
    ssh_authorized_keys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx6 joe

- name: The guests of this host, from its variables
  piecewise.cloud.vm:
    hypervisor: "{{ inventory_hostname }}"
    defaults:
      archive_name: debian-12.qcow2
      memory: 512 MiB
    vms: "{{ vms }}"

- name: Three guests of one service
  piecewise.cloud.vm:
    hypervisor: "{{ inventory_hostname }}"
    defaults:
      archive_name: debian-12.qcow2
    groups:
      - name: shop
        types:
          - name: sql
            prefix: db
            memory: 1 GiB
          - name: web
            prefix: web
            count: 2
            memory: 512 MiB
            networks:
              - name: lan

- name: A guest that is no longer needed, with its disk
  piecewise.cloud.vm:
    name: web1
    state: absent
    remove_storage: true
`,
  controllerReturns: {
    ovn_guests: {
      description:
        'The VMs with their interfaces in networks of the engine ovn, for M(piecewise.cloud.ovn_topology).',
      returned: 'always',
      type: 'list',
      elements: 'dict',
      sample: [
        { name: 'web1', interfaces: [{ network: 'lan', port: '5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01' }] },
      ],
    },
    moves: {
      description:
        'The VMs that are to be moved to this host. The task has left them out, and the role C(vm) moves them.',
      returned: 'when O(hypervisors) have such VMs',
      type: 'list',
      elements: 'dict',
      contains: {
        name: { description: 'The name of the VM.', returned: 'always', type: 'str' },
        from: {
          description: 'The hypervisor that has it, by its name in the inventory.',
          returned: 'always',
          type: 'str',
        },
        uri: { description: 'The libvirt connection there.', returned: 'always', type: 'str' },
        mode: {
          description: 'How it is moved, as O(migrate) says.',
          returned: 'always',
          type: 'str',
          sample: 'live',
        },
        migration: {
          description: 'What O(migration) says.',
          returned: 'always',
          type: 'dict',
          sample: { bandwidth: 500 },
        },
        shutdown_timeout: {
          description: 'What O(shutdown_timeout) says.',
          returned: 'when it is given',
          type: 'int',
        },
        force_off: { description: 'What O(force_off) says.', returned: 'when it is given', type: 'bool' },
        evacuation: {
          description: 'Whether it is to be brought back later; it is not.',
          returned: 'always',
          type: 'bool',
          sample: false,
        },
      },
    },
    to_configure: {
      description:
        'The names of O(only) for a task that configures the VMs of RV(moves) when they have been moved.',
      returned: 'when there are RV(moves), and not in check mode',
      type: 'str',
      sample: 'web1,web2',
    },
  },
  returns: {
    waited: {
      description: 'What came of O(wait).',
      returned: 'when the guest was waited for',
      type: 'dict',
      contains: {
        for: { description: 'What it was waited for.', returned: 'always', type: 'str' },
        ready: { description: 'Whether the guest is ready.', returned: 'always', type: 'bool' },
        seconds: { description: 'Seconds that it took.', returned: 'always', type: 'int' },
        addresses: {
          description: 'The addresses of the guest that are known.',
          returned: 'always',
          type: 'list',
          elements: 'str',
        },
      },
    },
    name: { description: 'The name of the VM.', returned: 'always', type: 'str', sample: 'web1' },
    uuid: {
      description: "The domain's UUID.",
      returned: 'when the domain exists',
      type: 'str',
      sample: '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51',
    },
    kind: {
      description: 'What it is: V(vm) or V(container).',
      returned: 'always',
      type: 'str',
      sample: 'vm',
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
        network: { description: 'The network.', returned: 'in a network of the engine ovn', type: 'str' },
        port: {
          description:
            'The interfaceid, which is the name of the port in OVN; empty where it is not known yet.',
          returned: 'in a network of the engine ovn',
          type: 'str',
        },
        aliases: {
          description: 'More names in DNS.',
          returned: 'in a network of the engine ovn',
          type: 'list',
          elements: 'str',
        },
        security_groups: {
          description: 'The security groups.',
          returned: 'in a network of the engine ovn',
          type: 'list',
          elements: 'str',
        },
      },
    },
    root: {
      description: 'The root of the container.',
      returned: 'for a container',
      type: 'dict',
      contains: {
        path: { description: 'The path of the directory.', returned: 'always', type: 'str' },
        first_user: {
          description:
            'The user, and the group, of the host that is root in the container. Those that follow are the other users of the container.',
          returned: 'when the task manages the root',
          type: 'int',
          sample: 1073741824,
        },
        users: {
          description: 'How many users and groups the container has.',
          returned: 'when the task manages the root',
          type: 'int',
          sample: 65536,
        },
        cloud_init: {
          description: 'Whether its guest is configured by a seed.',
          returned: 'when it is known',
          type: 'bool',
        },
        written: {
          description: 'What was written into a root that has no cloud-init.',
          returned: 'when such a root is made',
          type: 'list',
          elements: 'str',
          sample: ['hostname', 'authorized_keys'],
        },
      },
    },
    disk: {
      description: 'The disk of the VM.',
      returned: 'for a VM',
      type: 'dict',
      contains: {
        path: { description: 'The path of the file.', returned: 'always', type: 'str' },
        size: { description: 'The size in bytes.', returned: 'when the task manages the disk', type: 'int' },
      },
    },
    disks: {
      description: 'The disks of O(disks), in the same order.',
      returned: 'for a VM',
      type: 'list',
      elements: 'dict',
      contains: {
        name: { description: 'The name.', returned: 'always', type: 'str' },
        path: { description: 'The path of the file or block device.', returned: 'always', type: 'str' },
        target: {
          description: 'The device name in the domain.',
          returned: 'when the domain has it',
          type: 'str',
        },
        size: { description: 'The size in bytes.', returned: 'when the task makes the disk', type: 'int' },
      },
    },
    seed: {
      description: 'The seed of the guest.',
      returned: 'for a VM, and for a container with cloud-init',
      type: 'dict',
      contains: {
        path: {
          description: 'The path of the file, or of the directory in the root.',
          returned: 'always',
          type: 'str',
        },
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
