import { defineOptions } from '../../../lib/ansible/spec.ts';

const NUMBER = { type: 'int', minimum: 0, maximum: 4_294_967_294 } as const;
const COUNT = { type: 'int', minimum: 1, maximum: 4_294_967_295 } as const;

const RANGE = defineOptions({
  start: { ...NUMBER, default: 0, description: 'The first number in the container.' },
  target: { ...NUMBER, required: true, description: 'The number on the host that the first one is.' },
  count: { ...COUNT, required: true, description: 'How many numbers there are.' },
});

const FILESYSTEM = defineOptions({
  source: {
    type: 'path',
    required: true,
    description: 'The absolute path of a directory on the host, which must exist.',
  },
  target: {
    type: 'path',
    required: true,
    description: 'Where the container has it; V(/) is its root.',
  },
  readonly: { type: 'bool', description: 'Whether the container can only read it.' },
});

/** What only a container has. */
export const CONTAINER = defineOptions({
  init: {
    type: 'path',
    description:
      "The program that is a container's first process, as an absolute path in it; a new container has V(/sbin/init). The container ends when the program does.",
  },
  init_arguments: {
    type: 'list',
    elements: { type: 'str' },
    description: 'The arguments of O(init).',
  },
  init_environment: {
    type: 'dict',
    values: 'str',
    description:
      'Variables of the environment of O(init), beside those that libvirt sets. They are no secrets: the definition has them.',
  },
  init_directory: {
    type: 'path',
    description: 'The working directory of O(init), as an absolute path in the container; V(/) by default.',
  },
  filesystems: {
    type: 'list',
    elements: { type: 'dict', options: FILESYSTEM },
    description:
      'The directories of the host that a container has. A new container needs the one whose target is V(/). Files are never removed, and their owners are not changed.',
  },
  idmap: {
    type: 'dict',
    description: [
      'The users and groups of the host that those of a container are, by their numbers. With it the container has a user namespace: its root is an ordinary user of the host, and what is in O(filesystems) must belong to the users of its range.',
      'O(idmap.target) and O(idmap.count) map users and groups alike. O(idmap.uid) and O(idmap.gid) are for several ranges, or different ones. An empty mapping removes it.',
      'Without it, root in the container is root of the host.',
    ],
    options: {
      start: {
        ...RANGE.start,
        default: undefined,
        description: 'The first number in the container; 0 by default.',
      },
      target: { ...RANGE.target, required: false },
      count: { ...RANGE.count, required: false },
      uid: {
        type: 'list',
        elements: { type: 'dict', options: RANGE },
        description: 'Ranges of users. One of them begins with 0.',
      },
      gid: {
        type: 'list',
        elements: { type: 'dict', options: RANGE },
        description: 'Ranges of groups. One of them begins with 0.',
      },
    },
  },
});
