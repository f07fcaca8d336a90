import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { domainOptions } from '../domain/options/options.ts';
import { MIGRATION } from '../vm/migration-options.ts';

const { uri, shutdown_timeout, force_off } = domainOptions;

/** The options of one step of a move. */
export const moveOptions = defineOptions({
  name: {
    type: 'str',
    name: true,
    required: true,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,199}',
    hint: "made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
    description: 'The name of the VM.',
  },
  step: {
    type: 'str',
    choices: ['describe', 'prepare', 'send', 'finish', 'forget', 'complete', 'abandon'],
    required: true,
    description: [
      'V(describe), on the host that has the guest, reads what it consists of, and makes a key for this move.',
      'V(prepare), on the host that gets it, looks whether it can come, makes its disks, and lets the key in. Nothing is changed if there is a problem, and all problems are named at once.',
      'V(send), on the first host, moves the guest; what V(prepare) returned is given to it.',
      'V(finish), on the second host, verifies what came, and completes it.',
      'V(forget), on the first host, removes the definition, the disks and all else of the guest.',
      'V(complete), on the second host, removes the mark of the unfinished move.',
      'V(abandon), on both, withdraws the key and what was made for the move. A guest that came stays.',
    ],
  },
  uri,
  from: {
    type: 'str',
    name: true,
    default: '',
    description:
      'The name of the host that has the guest, for all steps but V(describe), V(forget) and V(complete).',
  },
  to: {
    type: 'str',
    name: true,
    description:
      'For V(describe) and V(send): the address by which the host that has the guest reaches the SSH server of the other.',
  },
  port: { type: 'int', default: 22, minimum: 1, maximum: 65535, description: 'The port of that SSH server.' },
  description: { type: 'str', description: 'What V(describe) returned.' },
  public_key: {
    type: 'str',
    pattern: 'ssh-ed25519 [A-Za-z0-9+/]{1,200}={0,2}( [\\w.@-]*)?',
    hint: 'a public key of ssh-ed25519',
    description: 'For V(prepare): the public key that V(describe) returned.',
  },
  address: {
    type: 'str',
    description: 'For V(prepare): the address that V(describe) returned, from which the connection comes.',
  },
  directory: {
    type: 'path',
    default: '/var/lib/libvirt/images',
    description: 'For V(prepare): the directory in which each VM has a directory of its name.',
  },
  image_directory: {
    type: 'path',
    default: '/var/lib/libvirt/templates',
    description: 'For V(prepare): the directory of the images of this host.',
  },
  mode: {
    type: 'str',
    choices: ['live', 'cold'],
    default: 'live',
    description:
      'V(live) moves a guest that runs while it runs; one that is shut off is moved as V(cold). V(cold) shuts it down before.',
  },
  migration: {
    type: 'dict',
    options: MIGRATION,
    default: {},
    description:
      'For V(prepare) and V(send): how the guest is moved, as C(migration) of M(piecewise.cloud.vm).',
  },
  host_keys: {
    type: 'list',
    elements: {
      type: 'str',
      pattern: '[a-z0-9@.-]+ [A-Za-z0-9+/]{1,4000}={0,2}( .*)?',
      hint: 'a public key',
    },
    default: [],
    description: 'For V(send): the public host keys that V(prepare) returned.',
  },
  socket: {
    type: 'path',
    default: '/run/libvirt/libvirt-sock',
    description: 'For V(send): the socket of libvirt that V(prepare) returned.',
  },
  bring: {
    type: 'list',
    elements: {
      type: 'dict',
      options: defineOptions({
        path: { type: 'path', required: true, description: 'The path on the host that has it.' },
        to: { type: 'path', required: true, description: 'Where it is sent.' },
      }),
    },
    default: [],
    description:
      'For V(send): the templates that V(prepare) wants. Only these are sent then, and V(prepare) is done again after.',
  },
  sent: {
    type: 'list',
    elements: {
      type: 'dict',
      options: defineOptions({
        path: { type: 'path', required: true, description: 'The path of the file.' },
        sha256: {
          type: 'str',
          required: true,
          pattern: '[0-9a-f]{64}',
          hint: '64 hexadecimal digits',
          description: 'Its digest.',
        },
      }),
    },
    default: [],
    description: 'For V(finish): the files that V(send) returned.',
  },
  start: {
    type: 'bool',
    default: false,
    description: 'For V(complete): whether a guest that is shut off is started.',
  },
  evacuation: {
    type: 'bool',
    default: false,
    description:
      'For V(send) and V(finish): whether to note O(from) in the domain as the host that the guest was evacuated from, unless there is such a note. Otherwise a note is removed.',
  },
  shutdown_timeout,
  force_off,
});

export type MoveOptions = ValuesOf<typeof moveOptions>;
