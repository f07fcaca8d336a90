import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { checksumOption, memberOption } from '../../lib/disk/template/options.ts';

const SIZE = '[0-9]+ *([kKmMgGtT](i?[bB])?)?';

/** The options of a disk. */
export const diskOptions = defineOptions({
  dest: { type: 'path', required: true, description: 'The disk. Directories above it are made as needed.' },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description:
      'Whether the disk is to be there. With V(absent) it is deleted, unless a guest has it or another disk is an overlay of it.',
  },
  source: {
    type: 'path',
    description: [
      'The template on the host: a disk (raw, qcow2, vmdk, vdi, vhdx, vhd), or one that is packed by gzip, xz, zstd, bzip2, zip or tar, or by several of them. What it is, is seen from its content, unless a guest has it: then it is what the guest has it as.',
      'A disk in one file, or one that a guest has. Another that has a backing file or a data file is an error without O(backing_chain): the guest would read what it names, which may be any file of this host.',
      'A symbolic link is followed: an overlay is one of the file that it leads to.',
    ],
  },
  backing_chain: {
    type: 'bool',
    default: false,
    description: [
      'Whether O(source) may have backing files, and those again, as C(qemu-img info --backing-chain) shows them: each a file or block device of this host whose format is written down in its overlay. It is for disks that only you have written to. A raw disk of a guest that is undefined is not one: its guest may have made it look like an overlay of any file.',
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
});

export type DiskOptions = ValuesOf<typeof diskOptions>;
