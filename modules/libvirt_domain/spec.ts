import { defineSpec } from '../lib/ansible/spec.ts';

const MAC = {
  pattern: '[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}',
  hint: 'a unicast MAC address such as 52:54:00:12:34:56',
} as const;

export const spec = defineSpec({
  module: 'libvirt_domain',
  summary: 'Define, redefine, start, stop and remove libvirt domains',
  description: [
    'Defines a domain from its XML or from options, and keeps it as the task says: what the task states is made so, and what it does not state stays as it is, UUID, MAC addresses and device addresses among it.',
    'A domain that is as stated is not defined again.',
    'A guest is only stopped where O(state=stopped) or O(state=absent) says so, and no disk file is ever removed.',
  ],
  requirements: ['libvirt-clients (virsh)', 'a libvirt daemon at O(uri)'],
  list: {
    option: 'domains',
    description: 'Several domains in one task, read from libvirt together.',
  },
  options: {
    name: {
      type: 'str',
      description: 'The name of the domain. It may be left out where O(xml) has it.',
      pattern: '(?!\\.{1,2}$)[^/\\n]+',
      hint: 'a name without a slash or a line break',
      maxLength: 200,
    },
    xml: {
      type: 'str',
      description: 'The domain as libvirt XML. Give this or the options it would be built from.',
    },
    uri: { type: 'str', default: 'qemu:///system', description: 'The libvirt connection.' },
    state: {
      type: 'str',
      choices: ['present', 'running', 'stopped', 'absent'],
      default: 'present',
      description: [
        'V(present) defines the domain and leaves it running or not.',
        'V(running) starts it as well, V(stopped) shuts it down gracefully.',
        'V(absent) shuts it down gracefully and undefines it. Its disks stay.',
      ],
    },
    autostart: { type: 'bool', description: 'Whether the domain starts with the host.' },
    shutdown_timeout: {
      type: 'int',
      default: 120,
      minimum: 1,
      maximum: 86400,
      description: 'Seconds that the guest is given to shut down.',
    },
    force_off: {
      type: 'bool',
      default: false,
      description: 'Whether a guest that has not shut down within O(shutdown_timeout) is switched off.',
    },
    memory: {
      type: 'str',
      description:
        'Memory of the guest: a number of KiB, or a text with its unit, V(2 GiB). A domain that is to be defined needs it.',
      pattern: '\\d+ *([bB]|bytes|[kKmMgGtTpPeE](iB|B)?)?',
      hint: 'a number of KiB, or a number with a unit such as 512 MiB or 2G',
    },
    vcpus: { type: 'int', minimum: 1, maximum: 8192, description: 'Virtual CPUs; a new domain has 1.' },
    machine: {
      type: 'str',
      description:
        'The machine type; a new domain is a V(q35). A domain keeps the version it was defined with.',
    },
    virt_type: {
      type: 'str',
      choices: ['auto', 'kvm', 'qemu'],
      description: [
        'V(kvm) where the host can, V(qemu) for emulation.',
        'V(auto), which is what a new domain gets, is V(kvm) where the processor and C(/dev/kvm) offer it.',
      ],
    },
    cpu_mode: {
      type: 'str',
      choices: ['host-passthrough', 'host-model', 'maximum'],
      description: 'What the guest sees as its processor; a new V(kvm) domain has V(host-passthrough).',
    },
    boot: {
      type: 'list',
      elements: { type: 'str', choices: ['hd', 'cdrom', 'network', 'fd'] },
      description: 'What the guest boots from, in this order; a new domain boots from V(hd).',
    },
    kernel: { type: 'path', description: 'A kernel on the host that the guest is booted with directly.' },
    initrd: { type: 'path', description: 'The initial RAM disk that goes with O(kernel).' },
    cmdline: { type: 'str', description: 'The command line of O(kernel).' },
    disks: {
      type: 'list',
      description: 'Disks and CDs of the guest.',
      elements: {
        type: 'dict',
        options: {
          source: { type: 'path', required: true, description: 'The file on the host.' },
          device: {
            type: 'str',
            choices: ['disk', 'cdrom'],
            default: 'disk',
            description: 'What the guest sees.',
          },
          format: {
            type: 'str',
            choices: ['qcow2', 'raw'],
            description: 'The format of the file; V(raw) for a CD, else V(qcow2).',
          },
          bus: {
            type: 'str',
            choices: ['virtio', 'scsi', 'sata', 'ide', 'usb'],
            description:
              'How it is attached; V(scsi) for a CD, else V(virtio). The kernel of a cloud image may have no driver for V(sata), and a V(q35) has no V(ide).',
          },
          target: {
            type: 'str',
            pattern: '[a-z]{2,3}[a-z]*',
            hint: 'a device name such as vda',
            description:
              'The device name that tells this disk from the others; the next free one of its bus by default.',
          },
        },
      },
    },
    interfaces: {
      type: 'list',
      description: 'Network interfaces of the guest.',
      elements: {
        type: 'dict',
        options: {
          type: {
            type: 'str',
            choices: ['ovs', 'bridge', 'network'],
            default: 'ovs',
            description: 'An Open vSwitch bridge, a Linux bridge, or a libvirt network.',
          },
          source: { type: 'str', required: true, description: 'The name of the bridge or network.' },
          target: {
            type: 'str',
            pattern: '[^\\s/:]{1,15}',
            hint: 'an interface name: at most 15 characters, no space, slash or colon',
            description: 'The name of the interface on the host; libvirt finds one if it is not given.',
          },
          mac: {
            type: 'str',
            ...MAC,
            description:
              'The MAC address. A defined interface keeps its own, a new one gets one that is the same each time.',
          },
          default_mac: {
            type: 'str',
            ...MAC,
            description:
              'The MAC address for an interface that the domain does not have yet. It needs O(target).',
          },
          model: { type: 'str', default: 'virtio', description: 'The model of the network card.' },
          checksum_offload: {
            type: 'bool',
            description:
              'Whether the guest may leave checksums and segmentation to the host; libvirt lets it. V(false) is needed on an Open vSwitch bridge of V(datapath_type=netdev), which does not complete them.',
          },
          vlans: {
            type: 'list',
            elements: { type: 'int', minimum: 0, maximum: 4095 },
            description: 'The VLAN of an V(ovs) interface; several make it a trunk.',
          },
        },
      },
    },
  },
  rules: {
    requiredOneOf: [['name', 'xml']],
    mutuallyExclusive: [
      ['xml', 'memory'],
      ['xml', 'vcpus'],
      ['xml', 'machine'],
      ['xml', 'virt_type'],
      ['xml', 'cpu_mode'],
      ['xml', 'boot'],
      ['xml', 'kernel'],
      ['xml', 'disks'],
      ['xml', 'interfaces'],
    ],
  },
  notes: [
    'A definition that changes while the guest runs takes effect when the guest is started the next time; RV(restart_required) says so.',
    'Devices that the task does not list are kept, and named in a warning.',
  ],
  examples: `
- name: A guest on an Open vSwitch bridge, in VLAN 25
  piecewise.cloud.libvirt_domain:
    name: web1
    state: running
    autostart: true
    memory: 1 GiB
    vcpus: 2
    disks:
      - source: /var/lib/libvirt/images/web1/disk.qcow2
      - source: /var/lib/libvirt/images/web1/cloud-init_ci.iso
        device: cdrom
    interfaces:
      - source: ovs-wan1
        vlans: [25]

- name: The same from a template of your own
  piecewise.cloud.libvirt_domain:
    xml: "{{ lookup('ansible.builtin.template', 'domain.xml.j2') }}"
    state: running

- name: Two guests that are no longer wanted; their disks stay
  piecewise.cloud.libvirt_domain:
    state: absent
    domains:
      - name: old1
      - name: old2
`,
  returns: {
    domain: {
      description: 'The domain as it is, or as it would be in check mode.',
      returned: 'when the domain is not absent',
      type: 'dict',
      sample: {
        name: 'web1',
        uuid: '6a8e0e4e-6a0e-8a52-9c3c-0d9f6a1f6f4b',
        state: 'running',
        autostart: true,
      },
    },
    actions: {
      description: 'What was done, in this order.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['define domain web1', 'start domain web1'],
    },
    restart_required: {
      description: 'Whether the running guest still has the definition from before this task.',
      returned: 'always',
      type: 'bool',
    },
  },
});
