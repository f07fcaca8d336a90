import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';

const database = (description: string) =>
  ({
    type: 'dict',
    default: {},
    options: {
      kind: {
        type: 'str',
        choices: ['none', 'standalone', 'cluster'],
        default: 'none',
        description: 'What it is.',
      },
      empty: { type: 'bool', default: true, description: 'Whether it has nothing of a user.' },
      cluster: {
        type: 'str',
        default: '',
        pattern: '([0-9a-f][0-9a-f-]{0,35})?',
        hint: 'an id',
        description: 'The id of its cluster.',
      },
      server: {
        type: 'str',
        default: '',
        pattern: '([0-9a-f][0-9a-f-]{0,35})?',
        hint: 'an id',
        description: 'Its id in the cluster.',
      },
    },
    description,
  }) as const;

/** The options of a host's part of the databases. */
export const centralOptions = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'The name of this host.' },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'V(absent) takes the host out of the clusters, and removes its databases.',
  },
  members: {
    type: 'dict',
    values: 'str',
    default: {},
    description: [
      'The members by name, each with its address in the underlay, without a prefix. An odd number, mostly 1 or 3.',
      'The first one founds the clusters, where no member has them.',
    ],
  },
  group: {
    type: 'list',
    default: [],
    elements: { type: 'str', name: true },
    description:
      'All hosts of the cloud. A cluster is founded only if all of them are in O(hosts): one that is no member any more may have one.',
  },
  hosts: {
    type: 'list',
    default: [],
    elements: {
      type: 'dict',
      options: {
        name: { type: 'str', required: true, description: 'The name of the host.' },
        address: {
          type: 'str',
          default: '',
          maxLength: 45,
          pattern: '[0-9A-Fa-f.:]*',
          hint: 'an IP address without a prefix',
          description:
            'Its address in the underlay by the inventory, if it is not in O(members). Where it has a cluster, it is asked there.',
        },
        northbound: database('Its northbound database.'),
        southbound: database('Its southbound database.'),
      },
    },
    description:
      'What hosts have answered to M(piecewise.cloud.ovn_info). A cluster is founded only if all members are in the list, and none has one.',
  },
  dead: {
    type: 'list',
    default: [],
    elements: { type: 'str', name: true },
    description:
      'Addresses of hosts that do not come back. They are removed from the clusters and from the list of chassis.',
  },
  timeout: {
    type: 'int',
    default: 60,
    minimum: 1,
    maximum: 3600,
    description: 'How many seconds to wait until this host is a member of each cluster, or has left it.',
  },
});

export type CentralOptions = ValuesOf<typeof centralOptions>;
