import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';

/** The options of a seed. */
export const seedOptions = defineOptions({
  dest: {
    type: 'path',
    required: true,
    description: "The seed's file. Its directory is created if it does not exist.",
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'Whether the seed exists.',
  },
  user_data: {
    type: 'raw',
    secret: true,
    description: [
      'A mapping, written as C(#cloud-config); or a text that begins as cloud-init expects it, with C(#cloud-config) or C(#!).',
      'Or a list of parts, sent as one MIME message: each a text, or a mapping with C(content) (a mapping or a text), and optionally C(type) (C(text/cloud-config), C(text/x-shellscript), …, by default what the content begins as) and C(filename).',
    ],
  },
  meta_data: {
    type: 'raw',
    secret: true,
    description: 'A mapping, or a text in YAML. O(instance_id) and O(hostname) are put into it.',
  },
  network_config: {
    type: 'raw',
    secret: true,
    description: 'Network configuration, version 1 or 2, as a mapping or a text in YAML.',
  },
  vendor_data: { type: 'raw', secret: true, description: 'As O(user_data), from the provider of the guest.' },
  instance_id: {
    type: 'str',
    description: [
      'A guest applies its network-config and most of its user-data once for each instance-id; a new one also makes it generate new SSH host keys.',
      'By default it is made from O(dest), and so stays the same when the content changes. V(content) makes it from the content: then a guest applies every change at its next start.',
    ],
  },
  extra_files: {
    type: 'raw',
    secret: true,
    description: [
      'More files for the seed, which the guest finds in the volume: a mapping of paths to a text, or to a mapping with C(src), the path of a file on the host. That file may be large.',
    ],
  },
  hostname: { type: 'str', description: 'The name of the guest.' },
  label: {
    type: 'str',
    default: 'cidata',
    description:
      'The label of the volume. cloud-init looks for C(cidata), unless its C(fs_label) names another.',
  },
  validate: {
    type: 'str',
    choices: ['strict', 'warn', 'off'],
    default: 'strict',
    description: [
      'Whether the documents are checked as cloud-init of Debian 12 and 13 reads them. V(strict): what it would refuse or ignore is an error; V(warn): a warning; V(off): only their kind is checked.',
    ],
  },
  owner: { type: 'str', description: 'The user who owns the file, by name or number.' },
  group: { type: 'str', description: 'The group of the file, by name or number.' },
  mode: {
    type: 'str',
    default: '0600',
    pattern: '0?[0-7]{3}',
    hint: 'an octal mode in quotes such as "0600"',
    description: 'The mode of the file. A seed holds secrets.',
  },
});

export type SeedOptions = ValuesOf<typeof seedOptions>;
