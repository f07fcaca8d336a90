import { defineSpec } from '../lib/ansible/spec.ts';
import { checksumOption, memberOption } from '../lib/disk/options.ts';

const SIZE = '[0-9]+ *([kKmMgGtT](i?[bB])?)?';

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
  options: {
    dest: { type: 'path', required: true, description: 'The disk. Directories above it are made as needed.' },
    source: {
      type: 'path',
      description: [
        'The template on the host: a disk (raw, qcow2, vmdk, vdi, vhdx, vhd), or one that is packed by gzip, xz, zstd, bzip2, zip or tar, or by several of them. What it is, is seen from its content, unless a guest has it: then it is what the guest has it as.',
        'A qcow2 may be an overlay of others, if each is a file or block device of this host and its format is written down in its overlay. So a raw disk of a guest that is undefined should not be a source: its guest may have made it look like an overlay of any file.',
        'A symbolic link is followed: an overlay is one of the file that it leads to.',
      ],
    },
    url: {
      type: 'str',
      description: [
        'Where the template is fetched from, by the proxies of the environment. It needs O(checksum), and is kept in O(templates), so that it is fetched once for all disks. A download that broke off goes on where it was.',
      ],
    },
    checksum: checksumOption,
    member: memberOption,
    templates: {
      type: 'path',
      default: '/var/lib/libvirt/templates',
      description:
        'The directory that templates are kept in which are fetched, or unpacked for overlays: as F(by-checksum/CHECKSUM.qcow2) in it, once for all disks.',
    },
    format: {
      type: 'str',
      choices: ['qcow2', 'raw'],
      description: [
        'The format of the disk, V(qcow2) by default for one that is made. One that is there is not converted.',
        'A disk that is there and that no guest has is opened as this, or as V(qcow2) with O(backing=overlay). With neither, O(size) and O(cluster_size) are an error for it.',
      ],
    },
    backing: {
      type: 'str',
      choices: ['overlay', 'copy'],
      default: 'copy',
      description: [
        'V(overlay) makes a qcow2 that holds only what differs from the template, which must stay as it is from then on. A packed template is unpacked into O(templates) first, by its O(checksum).',
        'V(copy) makes a disk that needs no other. Where the file system can (Btrfs, XFS), the two share their blocks.',
      ],
    },
    size: {
      type: 'str',
      pattern: SIZE,
      hint: 'a number of bytes, or a number with a unit such as 512M or 20G, by 1024',
      description:
        "The size that the guest sees, a multiple of 512 bytes; the template's own by default. A disk that is smaller grows.",
    },
    preallocation: {
      type: 'str',
      choices: ['off', 'metadata', 'falloc', 'full'],
      default: 'off',
      description: [
        'What of the room that the disk may need is taken as it is made, or grows: nothing, the tables of a qcow2, all of it unwritten, or all of it written.',
      ],
    },
    cluster_size: {
      type: 'str',
      pattern: SIZE,
      hint: 'a power of two from 512 to 2M',
      description: 'The size of the clusters of a qcow2 that is made, 64K by default.',
    },
  },
  rules: { requiredOneOf: [['source', 'url']], mutuallyExclusive: [['source', 'url']] },
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
