import { defineSpec } from '../lib/ansible/spec.ts';

const database = (name: string) =>
  ({
    description: `The file of the ${name} database.`,
    returned: 'always',
    type: 'dict',
    contains: {
      kind: {
        description: 'C(none), C(standalone) or C(cluster).',
        returned: 'always',
        type: 'str',
        sample: 'cluster',
      },
      empty: { description: 'Whether it has nothing of a user.', returned: 'always', type: 'bool' },
      cluster: {
        description: 'The id of the cluster; empty if it has none.',
        returned: 'always',
        type: 'str',
      },
      server: { description: 'The id of this server in it.', returned: 'always', type: 'str' },
      address: {
        description: 'The address of this server in it.',
        returned: 'always',
        type: 'str',
        sample: 'ssl:10.0.0.1:6643',
      },
    },
  }) as const;

export const spec = defineSpec({
  module: 'ovn_info',
  summary: 'Read which OVN a host has, and what its databases are',
  description: ['Reads the release of OVN and the files of its databases. It changes nothing.'],
  seealso: ['piecewise.cloud.ovn_central'],
  options: {},
  examples: `
- name: Read which OVN the host has
  piecewise.cloud.ovn_info:
  register: ovn_read
`,
  returns: {
    installed: {
      description: 'The release of OVN that is installed, by year and month; empty if none is.',
      returned: 'always',
      type: 'str',
      sample: '23.03',
    },
    release: {
      description: 'The same, or else the release that would be installed.',
      returned: 'always',
      type: 'str',
      sample: '23.03',
    },
    northbound: database('northbound'),
    southbound: database('southbound'),
  },
});
