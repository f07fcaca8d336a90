import { defineOptions } from '../lib/ansible/spec.ts';
import { MEMBER } from '../objects/domain/options/member.ts';

// Groups are read on the controller (plugins/plugin_utils/_vm_groups.py), since the inventory needs the names of their VMs too.

const TYPE = defineOptions({
  name: { ...MEMBER.type, required: true, description: 'The name of the type.' },
  count: {
    type: 'int',
    minimum: 0,
    maximum: 1000,
    default: 1,
    description: 'How many VMs of this type each hypervisor has.',
  },
  prefix: {
    type: 'str',
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,190}',
    hint: "made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
    description:
      'The VMs are named C(PREFIX00), C(PREFIX01) and so on. Without it, a name is the type with a digest of the hypervisor, the group, the type and the number.',
  },
  remove: {
    type: 'bool',
    default: false,
    description:
      'Whether VMs of this type that the count no longer has are removed, the highest number first; their disks only with C(remove_storage). With C(state=absent) in the type they are removed too.',
  },
});

/** A group of VMs. */
export const GROUP = defineOptions({
  name: { ...MEMBER.group, required: true, description: 'The name of the group.' },
  types: {
    type: 'list',
    elements: { type: 'dict', options: TYPE },
    likeItems: {
      without: [
        'group',
        'type',
        'index',
        'surplus',
        'only',
        'only_group',
        'only_type',
        'elsewhere',
        'host_cpus',
      ],
    },
    default: [],
    description: 'The types of VMs. Each takes all options of a VM too.',
  },
  vars: {
    type: 'dict',
    default: {},
    description:
      'Variables of the group in the inventory C(piecewise.cloud.guests), such as C(ansible_user).',
  },
});
