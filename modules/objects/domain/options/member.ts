import { defineOptions } from '../../../lib/ansible/spec.ts';

const NAMED = {
  type: 'str',
  pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,62}',
  hint: "made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
} as const;

/** The group that a domain is in. */
export const MEMBER = defineOptions({
  group: { ...NAMED, description: 'A group, such as the machines of one service.' },
  type: { ...NAMED, description: 'A type within the group: what these machines do.' },
  index: {
    type: 'int',
    minimum: 0,
    maximum: 99999,
    description:
      'The number of the VM among those of its type, from 0. VMs that were made by a count have it.',
  },
});
