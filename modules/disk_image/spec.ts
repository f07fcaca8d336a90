import { defineSpec } from '../lib/ansible/spec.ts';

export const spec = defineSpec({
  module: 'disk_image',
  summary: "Make a guest's disk from a template",
  description: [
    'Makes a disk from a template, as a thin overlay or a full copy. The disk appears under its name when it is complete, and not before.',
    'A disk that is there is never overwritten; it can be made larger, and never becomes smaller.',
  ],
  requirements: ['qemu-utils (qemu-img)'],
  list: { option: 'images', description: 'Several disks in one task.' },
  options: {
    dest: { type: 'path', required: true, description: 'The disk. Directories above it are made as needed.' },
    source: {
      type: 'path',
      required: true,
      description:
        'The template on the host: a disk in a format that qemu-img reads, or a gzipped tar archive with one disk in it. What it is, is seen from its content.',
    },
    checksum: {
      type: 'str',
      pattern: '(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})',
      hint: 'sha256: or sha512: with the digest in hexadecimal',
      description: 'The checksum of O(source). It is checked before a disk is made from it.',
    },
    format: {
      type: 'str',
      choices: ['qcow2', 'raw'],
      default: 'qcow2',
      description: 'The format of the disk.',
    },
    backing: {
      type: 'str',
      choices: ['overlay', 'copy'],
      default: 'copy',
      description: [
        'V(overlay) makes a qcow2 that holds only what differs from the template, which must stay as it is from then on.',
        'V(copy) makes a disk that needs no other.',
      ],
    },
    size: {
      type: 'str',
      pattern: '[0-9]+ *([kKmMgGtT](i?[bB])?)?',
      hint: 'a number of bytes, or a number with a unit such as 512M or 20G, by 1024',
      description:
        "The size that the guest sees; the template's own by default. A disk that is smaller grows.",
    },
  },
  examples: `
- name: A thin disk for a guest
  piecewise.cloud.disk_image:
    source: /var/lib/libvirt/templates/debian-12.qcow2
    dest: /var/lib/libvirt/images/web1/disk.qcow2
    backing: overlay
    size: 20G

- name: Disks from an archive, with its checksum
  piecewise.cloud.disk_image:
    source: /var/lib/libvirt/images/template-debian-9.qcow2.tar.gz
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    images:
      - dest: /var/lib/libvirt/images/web1/disk.qcow2
      - dest: /var/lib/libvirt/images/web2/disk.qcow2
`,
  returns: {
    dest: {
      description: 'The disk.',
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/images/web1/disk.qcow2',
    },
    size: {
      description: 'The size that the guest sees, in bytes, where it was looked at.',
      returned: 'when known',
      type: 'int',
    },
  },
});
