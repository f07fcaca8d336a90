import { defineSpec } from '../lib/ansible/spec.ts';
import { diskOptions } from '../objects/disk/options.ts';

export const spec = defineSpec({
  module: 'disk_image',
  summary: "Make a guest's disk, from a template or empty",
  description: [
    'Makes a disk from a template, as a thin overlay or a full copy, or an empty one. The disk appears under its name only when it is complete.',
    'An existing disk is never overwritten. It can be grown, but not shrunk. The disk of a running guest is grown by its QEMU, unless O(preallocation) is given. Otherwise a disk that a guest or another process uses is not changed.',
    'The format of an existing disk is never detected from its content, which its guest may have written. It is the format in the definition of its guest, or that of the task if no guest has the disk.',
  ],
  seealso: ['piecewise.cloud.disk_template', 'piecewise.cloud.vm'],
  requirements: [
    'qemu-utils (qemu-img)',
    'xz-utils, bzip2, zstd or tar, for files that are packed by them',
    'libvirt-clients (virsh), if the host has guests',
  ],
  list: { option: 'images', description: 'Several disks in one task.' },
  options: diskOptions,
  rules: { mutuallyExclusive: [['source', 'url']] },
  notes: [
    'Long work shows its progress, with percent and rate.',
    'A disk that is downloaded or was packed must be in one file. One that names other files, such as a backing file, is refused.',
    'When storage hangs, qemu-img is stopped after a timeout, and the task fails.',
    'In check mode only lists of checksums are downloaded, and no checksum is verified.',
  ],
  examples: `
- name: A thin disk for a guest
  piecewise.cloud.disk_image:
    source: /var/lib/libvirt/templates/debian-12.qcow2
    dest: /var/lib/libvirt/images/web1/disk.qcow2
    backing: overlay
    size: 20G

- name: Thin disks of an image that is fetched once
  piecewise.cloud.disk_image:
    url: https://images.example.org/debian-12-generic-amd64.tar.xz
    checksum: sha512:https://images.example.org/SHA512SUMS
    backing: overlay
    images:
      - dest: /var/lib/libvirt/images/web1/disk.qcow2
      - dest: /var/lib/libvirt/images/web2/disk.qcow2

- name: An empty disk
  piecewise.cloud.disk_image:
    dest: /var/lib/libvirt/images/db1/data.qcow2
    format: qcow2
    size: 50G

- name: A disk from an archive, with all its space allocated
  piecewise.cloud.disk_image:
    source: /var/lib/libvirt/images/template-debian-9.qcow2.tar.gz
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    dest: /var/lib/libvirt/images/db1/disk.qcow2
    preallocation: falloc
`,
  returns: {
    dest: {
      description: 'The path of the disk.',
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/images/web1/disk.qcow2',
    },
    size: {
      description: 'The size that the guest sees, in bytes.',
      returned: 'when known',
      type: 'int',
    },
    template: {
      description: 'The stored template that the disk is made from.',
      returned: 'when a template is downloaded, or unpacked for an overlay',
      type: 'str',
      sample: '/var/lib/libvirt/templates/by-checksum/sha256-9f86d081.qcow2',
    },
  },
});
