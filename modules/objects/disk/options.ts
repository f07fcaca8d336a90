import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { checksumOption, memberOption } from '../../lib/disk/template/options.ts';

const SIZE = '[0-9]+ *([kKmMgGtT](i?[bB])?)?';

/** The options of a disk. */
export const diskOptions = defineOptions({
  dest: {
    type: 'path',
    required: true,
    description: 'The path of the disk. Missing directories above it are created.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description:
      'Whether the disk must exist. V(absent) deletes it, unless a guest uses it or another disk is an overlay of it.',
  },
  source: {
    type: 'path',
    description: [
      'The template on the host: a disk (raw, qcow2, vmdk, vdi, vhdx, vhd), or a disk packed by gzip, xz, zstd, bzip2, zip or tar, or by several of them.',
      "Its format is detected from its content. For a disk of a guest, it is the format in the guest's definition.",
      'A disk with a backing file or a data file is an error without O(backing_chain), unless a guest has it: the guest could read the named file, which may be any file of this host.',
      'A symbolic link is followed: an overlay refers to the file that the link leads to.',
      'Without O(source) and O(url), the disk is made empty. It needs O(size) and O(format).',
    ],
  },
  backing_chain: {
    type: 'bool',
    default: false,
    description: [
      'Whether O(source) may have a chain of backing files, as C(qemu-img info --backing-chain) shows it. Each must be a file or block device of this host whose format is recorded in its overlay.',
      'Use it only for disks that only you have written to. Do not use it for the raw disk of a former guest, which may have made it look like an overlay of any file.',
    ],
  },
  url: {
    type: 'str',
    description: [
      'The URL of the template. It needs O(checksum). The template is stored in O(templates), so that it is downloaded once for all disks.',
      'Proxies of the environment are used. An interrupted download is continued.',
    ],
  },
  checksum: checksumOption,
  member: memberOption,
  templates: {
    type: 'path',
    default: '/var/lib/libvirt/templates',
    description:
      'The directory for templates that are downloaded, or unpacked for overlays. Each is stored once for all disks, as C(by-checksum/CHECKSUM.qcow2).',
  },
  format: {
    type: 'str',
    choices: ['qcow2', 'raw'],
    description: [
      'The format of the disk. A new disk is V(qcow2) by default. An existing disk is not converted.',
      'An existing disk that belongs to no guest is opened in this format, or as V(qcow2) with O(backing=overlay). Without either, O(size) and O(cluster_size) are an error for it.',
    ],
  },
  backing: {
    type: 'str',
    choices: ['overlay', 'copy'],
    default: 'copy',
    description: [
      'V(overlay) makes a qcow2 that holds only the differences from the template. The template must not change any more. A packed template is unpacked into O(templates) first, which needs O(checksum).',
      'V(copy) makes an independent disk. If the file system can (Btrfs, XFS), it shares blocks with the template.',
    ],
  },
  size: {
    type: 'str',
    pattern: SIZE,
    hint: 'a number of bytes, or a number with a unit such as 512M or 20G, by 1024',
    description:
      'The size that the guest sees, a multiple of 512 bytes. By default, that of the template. A smaller disk is grown, also while its guest runs.',
  },
  preallocation: {
    type: 'str',
    choices: ['off', 'metadata', 'falloc', 'full'],
    default: 'off',
    description: [
      'How much space is allocated when the disk is created or grown: none (V(off)), the tables of a qcow2 (V(metadata)), all without writing it (V(falloc)), or all of it written (V(full)).',
    ],
  },
  cluster_size: {
    type: 'str',
    pattern: SIZE,
    hint: 'a power of two from 512 to 2M',
    description: 'The cluster size of a new qcow2, 64K by default.',
  },
});

export type DiskOptions = ValuesOf<typeof diskOptions>;
