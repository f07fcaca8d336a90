import { defineSpec } from '../lib/ansible/spec.ts';
import { templateOptions } from '../objects/template/options.ts';

export const spec = defineSpec({
  module: 'disk_template',
  summary: 'Keep a template from which the disks of guests are made',
  description: [
    'Downloads, verifies and unpacks a template once, and gives it a name. The template itself is a read-only qcow2, C(by-checksum/CHECKSUM.qcow2) beside its name, which is a symbolic link.',
    'When the checksum changes, the name leads to a new template. The old one is kept while a disk is an overlay of it, and is removed by a later run.',
  ],
  seealso: ['piecewise.cloud.image', 'piecewise.cloud.disk_image'],
  requirements: [
    'qemu-utils (qemu-img)',
    'xz-utils, bzip2, zstd or tar, for files that are packed by them',
    'libvirt-clients (virsh), if guests have disks outside of C(/var/lib/libvirt)',
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
    'Long work shows its progress, with percent and rate.',
    'Every run removes the templates in the directory to which no name leads and that no disk needs, even those that M(piecewise.cloud.disk_image) stored.',
    'A disk that its guest has as raw needs no template, whatever its content looks like.',
    'An overlay of a file in another directory that does not record the format of that file may need any template: it is listed in RV(needed). C(qemu-img rebase -u -F) records the format.',
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

- name: A template of that file, which is removed
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
      returned: 'when the state is present',
      type: 'str',
      sample: '/var/lib/libvirt/templates/by-checksum/sha512-9f86d081.qcow2',
    },
    needed: {
      description: 'Templates to which no name leads, with the disks that still need them.',
      returned: 'when there are any',
      type: 'dict',
      values: { description: 'The disks.', returned: 'always', type: 'list', elements: 'str' },
      sample: {
        '/var/lib/libvirt/templates/by-checksum/sha256-9f86d081.qcow2': [
          '/var/lib/libvirt/images/web1/disk.qcow2',
        ],
      },
    },
  },
});
