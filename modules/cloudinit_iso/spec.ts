import { defineSpec } from '../lib/ansible/spec.ts';

export const spec = defineSpec({
  module: 'cloudinit_iso',
  summary: 'Write the seed that cloud-init configures a guest from',
  description: [
    'Writes a NoCloud seed, a volume labelled C(cidata) with user-data, meta-data and, where they are given, network-config, vendor-data and other files. No other program is needed; the same content gives the same bytes.',
    'What the guest would trip over is an error before it boots: YAML that is none, types and values, networks that do not fit.',
    'A seed with equal content is left alone, whoever wrote it. A damaged seed is replaced; a file that is no seed is not.',
  ],
  list: { option: 'seeds', description: 'Several seeds in one task.' },
  options: {
    dest: {
      type: 'path',
      required: true,
      description: "The seed's file. Directories above it are made as needed.",
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
      description: [
        'A mapping, written as C(#cloud-config); or a text that begins as cloud-init expects it, with C(#cloud-config) or C(#!).',
        'Or a list of parts, sent as one MIME message: each a text, or a mapping with C(content) (a mapping or a text), and perhaps C(type) (C(text/cloud-config), C(text/x-shellscript), …, by default what the content begins as) and C(filename).',
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
    vendor_data: { type: 'raw', secret: true, description: 'As O(user_data), by who provides the guest.' },
    instance_id: {
      type: 'str',
      description: [
        'A guest applies its network-config and most of its user-data once for each instance-id; a new one also makes it generate new SSH host keys.',
        'By default it is made from O(dest), and so stays the same when the content changes. V(content) makes it from the content: then a guest applies every change when it is started next.',
      ],
    },
    extra_files: {
      type: 'raw',
      secret: true,
      description: [
        'More files for the seed, which the guest finds in the volume: a mapping of paths to a text, or to a mapping with C(src), a file on the host. Other files of the host may be large.',
      ],
    },
    hostname: { type: 'str', description: 'The name of the guest.' },
    label: {
      type: 'str',
      default: 'cidata',
      description:
        'The label of the volume. cloud-init looks for C(cidata), unless its own C(fs_label) says another.',
    },
    format: {
      type: 'str',
      choices: ['iso9660', 'vfat'],
      default: 'iso9660',
      description: 'What the volume is: the image of a CD, or of a disk with FAT.',
    },
    validate: {
      type: 'str',
      choices: ['strict', 'warn', 'off'],
      default: 'strict',
      description: [
        'Whether the documents are checked as cloud-init of Debian 12 and 13 reads them. V(strict): what it would refuse or ignore is an error; V(warn): a warning; V(off): nothing is checked but that they are what cloud-init takes for such.',
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
          routes:
            - to: 0.0.0.0/0
              via: 192.168.192.129

- name: A seed of several parts, with a file, that is applied whenever it changes
  piecewise.cloud.cloudinit_iso:
    dest: /var/lib/libvirt/images/db1/cloud-init_ci.iso
    instance_id: content
    user_data:
      - content:
          packages: [postgresql]
      - content: |
          #!/bin/sh
          mount -o ro LABEL=cidata /mnt && cp /mnt/ca/root.pem /usr/local/share/ca-certificates/root.crt
      - type: text/cloud-boothook
        filename: early.sh
        content: |
          #cloud-boothook
          echo begun >/run/begun
    extra_files:
      ca/root.pem:
        src: /etc/ssl/certs/our-root.pem

- name: Two seeds that are no longer needed
  piecewise.cloud.cloudinit_iso:
    state: absent
    seeds:
      - dest: /var/lib/libvirt/images/old1/cloud-init_ci.iso
      - dest: /var/lib/libvirt/images/old2/cloud-init_ci.iso
`,
  returns: {
    dest: {
      description: "The seed's file.",
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
    applied_why: {
      description: 'Why it will, or will not.',
      returned: 'when an existing seed changes',
      type: 'str',
      sample: "its instance-id stays 'web1': a guest that has booted with it will not apply the change",
    },
  },
});
