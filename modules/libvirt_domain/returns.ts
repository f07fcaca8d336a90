const DOMAIN = {
  name: { description: 'The name of the domain.', returned: 'always', type: 'str' },
  uuid: { description: 'The UUID of the domain.', returned: 'when known', type: 'str' },
  state: {
    description: 'The state, as libvirt names it, such as V(running) or V(shut off).',
    returned: 'always',
    type: 'str',
  },
  autostart: { description: 'Whether the domain starts with the host.', returned: 'always', type: 'bool' },
  interfaces: {
    description: "The guest's network interfaces.",
    returned: 'always',
    type: 'list',
    elements: 'dict',
    contains: {
      target: {
        description: 'The name of the interface on the host.',
        returned: 'when the definition has it',
        type: 'str',
      },
      mac: { description: 'The MAC address.', returned: 'when the definition has it', type: 'str' },
      interfaceid: {
        description: 'The name of its port for a controller of Open vSwitch, such as OVN.',
        returned: 'for a port of Open vSwitch',
        type: 'str',
      },
    },
  },
  disks: {
    description: "The guest's disks and drives.",
    returned: 'always',
    type: 'list',
    elements: 'dict',
    contains: {
      target: { description: 'The device name.', returned: 'when the definition has it', type: 'str' },
      source: {
        description: 'The path of the file or block device.',
        returned: 'when the definition has it',
        type: 'str',
      },
    },
  },
} as const;

/** What a task on a domain returns; Ansible documents `diff` itself. */
export const RETURNS = {
  domain: {
    description: 'The domain after the task, or as it would be in check mode.',
    returned: 'when the domain is not absent',
    type: 'dict',
    contains: DOMAIN,
    sample: {
      name: 'web1',
      uuid: '6a8e0e4e-6a0e-8a52-9c3c-0d9f6a1f6f4b',
      state: 'running',
      autostart: true,
      interfaces: [{ target: 'web1-eth0', mac: '52:54:00:6b:3c:58' }],
      disks: [{ target: 'vda', source: '/var/lib/libvirt/images/web1/disk.qcow2' }],
    },
  },
  actions: {
    description: 'What was done, in order: to the definition, to the running guest, and to its power state.',
    returned: 'always',
    type: 'list',
    elements: 'str',
    sample: ['define domain web1', 'start domain web1'],
  },
  restart_required: {
    description: 'Whether changes of the definition take effect only at the next start of the guest.',
    returned: 'always',
    type: 'bool',
    sample: false,
  },
  restart_reasons: {
    description: 'The changes that take effect at the next start, and why.',
    returned: 'always',
    type: 'list',
    elements: 'str',
    sample: ['machine: it is fixed when a guest starts'],
  },
} as const;
