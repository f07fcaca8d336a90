import type { ReturnField } from '../lib/ansible/spec.ts';

/** What a task on a domain returns; `diff` is Ansible's own. */
export const RETURNS: Readonly<Record<string, ReturnField>> = {
  domain: {
    description: 'The domain as it is, or as it would be in check mode.',
    returned: 'when the domain is not absent',
    type: 'dict',
    sample: {
      name: 'web1',
      uuid: '6a8e0e4e-6a0e-8a52-9c3c-0d9f6a1f6f4b',
      state: 'running',
      autostart: true,
      interfaces: [{ target: 'web1-eth0', mac: '52:54:00:6b:3c:58' }],
    },
  },
  actions: {
    description:
      'What was done, in this order: to the definition, to the running guest, and to whether it runs.',
    returned: 'always',
    type: 'list',
    elements: 'str',
    sample: ['define domain web1', 'start domain web1'],
  },
  restart_required: {
    description:
      'Whether the running guest does not have all of its definition yet and gets it when it is started the next time.',
    returned: 'always',
    type: 'bool',
    sample: false,
  },
  restart_reasons: {
    description: 'What of the definition the running guest does not have yet, and why.',
    returned: 'always',
    type: 'list',
    elements: 'str',
    sample: ['machine: it is fixed when a guest starts'],
  },
};
