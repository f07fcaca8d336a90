import { defineSpec } from '../lib/ansible/spec.ts';

export const spec = defineSpec({
  module: 'cloudinit_iso',
  summary: 'Write the seed ISO that cloud-init configures a guest from',
  description: [
    'Writes a NoCloud seed, a CD image labelled C(cidata) with user-data, meta-data and, where they are given, network-config and vendor-data. No other program is needed.',
    'A seed with equal content is left alone, whoever wrote it.',
  ],
  list: { option: 'seeds', description: 'Several seeds in one task.' },
  options: {
    dest: {
      type: 'path',
      required: true,
      description: 'The ISO file. Directories above it are made as needed.',
    },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      description: 'Whether the seed is to be there.',
    },
    user_data: {
      type: 'raw',
      secret: true,
      description:
        'A mapping, written as C(#cloud-config), or a text that begins as cloud-init expects it, with C(#cloud-config) or C(#!).',
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
    vendor_data: { type: 'raw', secret: true, description: 'As O(user_data), by who provides the guest.' },
    instance_id: {
      type: 'str',
      description: [
        'A guest applies its network-config and most of its user-data once for each instance-id; a new one also makes it generate new SSH host keys.',
        'By default it is made from O(dest), and so stays the same when the content changes.',
      ],
    },
    hostname: { type: 'str', description: 'The name of the guest.' },
    owner: { type: 'str', description: 'The user who owns the file, by name or number.' },
    group: { type: 'str', description: 'The group of the file, by name or number.' },
    mode: {
      type: 'str',
      default: '0600',
      pattern: '0?[0-7]{3}',
      hint: 'an octal mode in quotes such as "0600"',
      description: 'The mode of the file. A seed holds secrets.',
    },
  },
  notes: ['No content is ever shown: a diff names the keys that change and a digest of each part.'],
  examples: `
- name: A seed for a guest with a fixed address
  piecewise.cloud.cloudinit_iso:
    dest: /var/lib/libvirt/images/web1/cloud-init_ci.iso
    hostname: web1
    owner: libvirt-qemu
    group: libvirt-qemu
    user_data:
      ssh_authorized_keys:
        - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"
    network_config:
      version: 2
      ethernets:
        eth0:
          match:
            macaddress: "52:54:00:12:34:56"
          set-name: eth0
          addresses: [192.168.192.130/29]
          gateway4: 192.168.192.129

- name: Two seeds that are no longer needed
  piecewise.cloud.cloudinit_iso:
    state: absent
    seeds:
      - dest: /var/lib/libvirt/images/old1/cloud-init_ci.iso
      - dest: /var/lib/libvirt/images/old2/cloud-init_ci.iso
`,
  returns: {
    dest: {
      description: 'The ISO file.',
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/images/web1/seed.iso',
    },
    instance_id: {
      description: 'The instance-id in the seed.',
      returned: 'when the seed is to be there',
      type: 'str',
      sample: 'web1',
    },
    applied: {
      description:
        'Whether a guest that has booted with the seed from before will apply what changed: only with another instance-id.',
      returned: 'when an existing seed changes',
      type: 'bool',
    },
  },
});
