import { defineSpec } from '../lib/ansible/spec.ts';
import { diskOptions } from '../objects/disk/options.ts';

export const spec = defineSpec({
  module: 'disk_image',
  summary: "Make a guest's disk from a template",
  description: [
    'Makes a disk from a template, as a thin overlay or a full copy. The disk appears under its name when it is complete, and not before.',
    'A disk that is there is never overwritten; it can be made larger, and never becomes smaller. A disk that a guest or another process is using is not touched.',
    'What a disk that is there is, is never taken from its content, which its guest may have written: it is what its guest has it as in libvirt, or what the task says where no guest has it.',
  ],
  requirements: [
    'qemu-utils (qemu-img)',
    'xz-utils, bzip2, zstd or tar, for what is packed by them',
    'libvirt-clients (virsh), where there are guests',
  ],
  list: { option: 'images', description: 'Several disks in one task.' },
  options: diskOptions,
  rules: { mutuallyExclusive: [['source', 'url']] },
  notes: [
    'Long work shows how far it is, with percent and rate, while it runs.',
    'A disk that is fetched or was packed must be whole: one that has other files of the host be read, such as a backing file, is refused.',
    'A qemu-img that hangs, since its storage does, is ended, and that is an error.',
    'In check mode nothing is fetched but lists of checksums, and no checksum is compared.',
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

- name: A disk from an archive, with all the room that it may need
  piecewise.cloud.disk_image:
    source: /var/lib/libvirt/images/template-debian-9.qcow2.tar.gz
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    dest: /var/lib/libvirt/images/db1/disk.qcow2
    preallocation: falloc
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
    template: {
      description: 'The template that is kept, and the disk made from.',
      returned: 'when a template is fetched, or unpacked for an overlay',
      type: 'str',
      sample: '/var/lib/libvirt/templates/by-checksum/sha256-9f86d081.qcow2',
    },
  },
});
