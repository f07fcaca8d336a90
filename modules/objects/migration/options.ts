import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';

const CHASSIS = {
  type: 'str',
  name: true,
  required: true,
  pattern: '[A-Za-z0-9][A-Za-z0-9._-]*',
  hint: 'made of letters, digits and "._-"',
} as const;

/** The options of a migration. */
export const migrationOptions = defineOptions({
  step: {
    type: 'str',
    choices: ['begin', 'end', 'abandon'],
    required: true,
    description:
      'V(begin) before a guest is sent: both hypervisors bind its ports, and the new one passes nothing before the guest runs there. V(end) afterwards: the new one binds them alone. V(abandon) if it has not moved.',
  },
  guest: {
    type: 'str',
    required: true,
    description: 'The name of the guest. Ports of others are left alone.',
  },
  ports: {
    type: 'list',
    elements: { type: 'str', pattern: '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', hint: 'a UUID' },
    required: true,
    description:
      'The interface ids of the guest. Those for which M(piecewise.cloud.ovn_topology) has made no port are left alone.',
  },
  from: { ...CHASSIS, description: "OVN's name of the old hypervisor, its chassis." },
  to: { ...CHASSIS, description: "OVN's name of the new hypervisor, its chassis." },
  host: {
    type: 'str',
    description:
      'The name of the new hypervisor in M(piecewise.cloud.ovn_topology), which the ports belong to at the end; O(to) by default.',
  },
  database_socket: {
    type: 'str',
    name: true,
    description: 'The Unix socket of the northbound database. The default is the path of the distribution.',
  },
  southbound_socket: {
    type: 'str',
    name: true,
    description: 'The Unix socket of the southbound database. The default is the path of the distribution.',
  },
  timeout: {
    type: 'int',
    default: 30,
    minimum: 1,
    description: 'How many seconds to wait for the databases, and for the two hypervisors.',
  },
});

export type MigrationOptions = ValuesOf<typeof migrationOptions>;
