import { defineSpec } from '../lib/ansible/spec.ts';
import { templateOptions } from '../objects/template/options.ts';

export const spec = defineSpec({
  module: 'disk_template',
  summary: 'Keep a template that the disks of guests are made from',
  description: [
    'Fetches, checks and unpacks a template once, and gives it a name. The template itself is a qcow2 that nobody writes to, F(by-checksum/CHECKSUM.qcow2) beside its name, which is a symbolic link.',
    'With another checksum the name gets another template. The old one stays for as long as a disk is an overlay of it, and goes with a later run.',
  ],
  requirements: [
    'qemu-utils (qemu-img)',
    'xz-utils, bzip2, zstd or tar, for what is packed by them',
    'libvirt-clients (virsh), where guests have disks outside of F(/var/lib/libvirt)',
  ],
  list: { option: 'templates', description: 'Several templates in one task.' },
  options: templateOptions,
  rules: {
    mutuallyExclusive: [
      ['source', 'url'],
      ['checksum', 'version'],
    ],
  },
  notes: [
    'Long work shows how far it is, with percent and rate, while it runs.',
    'Every run removes the templates in the directory that no name leads to and no disk needs, also those that M(piecewise.cloud.disk_image) fetched.',
    'A disk that is raw to its guest needs no template, whatever it looks like. A disk that is an overlay of a file elsewhere, and does not say what that is, may need any: it is named in RV(needed), and C(qemu-img rebase -u -F) writes it down.',
  ],
  examples: `
- name: Debian's own image, refreshed when Debian has a new one
  piecewise.cloud.disk_template:
    dest: /var/lib/libvirt/templates/debian-12.qcow2
    url: https://images.example.org/bookworm/latest/debian-12-generic-amd64.qcow2
    checksum: sha512:https://images.example.org/bookworm/latest/SHA512SUMS

- name: A file of the controller, copied with its progress
  piecewise.cloud.disk_upload:
    src: files/mine.img
    dest: /var/lib/libvirt/mine.img

- name: A template of it, which takes its place
  piecewise.cloud.disk_template:
    dest: /var/lib/libvirt/templates/mine.qcow2
    source: /var/lib/libvirt/mine.img
    remove_source: true
    checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

- name: A template that is no longer needed
  piecewise.cloud.disk_template:
    dest: /var/lib/libvirt/templates/debian-9.qcow2
    state: absent
`,
  returns: {
    dest: {
      description: "The template's name.",
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/templates/debian-12.qcow2',
    },
    template: {
      description: 'The template itself.',
      returned: 'when it is to be there',
      type: 'str',
      sample: '/var/lib/libvirt/templates/by-checksum/sha512-9f86d081.qcow2',
    },
    needed: {
      description: 'Templates that no name leads to, with the disks that they stay for.',
      returned: 'when there are any',
      type: 'dict',
      values: { description: 'The disks.', returned: 'always', type: 'list', elements: 'str' },
    },
  },
});
