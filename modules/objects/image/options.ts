import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import {
  checksumOption,
  kernelOption,
  memberOption,
  partitionOption,
} from '../../lib/disk/template/options.ts';
import { templateOptions } from '../template/options.ts';

const PACKAGE = {
  type: 'str',
  name: true,
  pattern: '[A-Za-z0-9][A-Za-z0-9.+:-]*',
  hint: 'the name of a Debian package',
} as const;

const SIZE = {
  type: 'str',
  pattern: '[1-9][0-9]*\\s*([KkMmGgTt]([Ii]?[Bb])?)?',
  hint: 'a size such as 2G',
} as const;

/** A recipe of what is built. */
const DEBOOTSTRAP = defineOptions({
  suite: {
    type: 'str',
    default: '-',
    pattern: '-|[A-Za-z0-9][A-Za-z0-9._-]*',
    hint: 'a Debian release, such as bookworm',
    description: "The Debian release, such as V(bookworm). V(-) is the host's release.",
  },
  size: {
    ...SIZE,
    description: 'The size of the disk; O(debootstrap_size) by default. Not for a container.',
  },
  packages: {
    type: 'list',
    elements: PACKAGE,
    default: [],
    description: 'Packages in addition to O(debootstrap_packages).',
  },
});

/** What an image is and where it comes from. */
export const imageKeys = defineOptions({
  name: {
    type: 'str',
    name: true,
    required: true,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]*',
    hint: "made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
    description: 'The name of the image in O(directory). The option C(archive_name) of a VM refers to it.',
  },
  kind: {
    type: 'str',
    choices: ['vm', 'container'],
    default: 'vm',
    description: [
      'What is made of the image: V(vm), disks of virtual machines; V(container), roots of containers.',
      'With V(container), the image is a tar archive, also compressed by gzip, xz, zstd or bzip2, from O(url) or O(path); or it is built by O(debootstrap), without kernel and boot loader.',
    ],
  },
  debootstrap: {
    type: 'dict',
    bare: true,
    options: DEBOOTSTRAP,
    description:
      "Builds Debian with cloud-init from the host's own apt sources, by this recipe. All keys are optional. When the recipe changes, the name leads to a new template.",
  },
  url: templateOptions.url,
  path: {
    type: 'str',
    name: true,
    description: [
      'A file of the controller: a disk, or a packed one. It is copied to the host if the host lacks its content. It needs O(checksum), as the digest itself.',
      'A relative path is searched as by M(ansible.builtin.copy), and then in the directory of the inventory and in the working directory, and in C(files) there.',
    ],
  },
  checksum: {
    ...checksumOption,
    description: [
      'The checksum of O(url) or O(path): the digest itself, or, of O(url), the path or URL of a list of digests (C(SHA256SUMS)) that names the file.',
      ...checksumOption.description.slice(1),
    ],
  },
  member: memberOption,
  partition: partitionOption,
  kernel: kernelOption,
});

/** The options of an image. */
export const imageOptions = defineOptions({
  ...imageKeys,
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description:
      'V(absent) removes the image. Its template is kept while a disk is an overlay of it, and is removed by a later run.',
  },
  directory: {
    type: 'path',
    default: '/var/lib/libvirt/templates',
    description: 'The directory of the images.',
  },
  mirror: {
    type: 'str',
    description:
      'A URL that replaces the server of images of the catalogue, such as V(https://mirror.example.org/cloud-images). Below it are the directories of the servers.',
  },
  overlay_directories: templateOptions.overlay_directories,
  debootstrap_packages: {
    type: 'list',
    elements: PACKAGE,
    default: [
      'cloud-guest-utils',
      'cloud-init',
      'dbus',
      'ifupdown',
      'iproute2',
      'iputils-ping',
      'isc-dhcp-client',
      'linux-image-cloud-amd64',
      'netbase',
      'openresolv',
      'openssh-server',
      'python3-cffi-backend',
      'sudo',
      'systemd-sysv',
      'udev',
    ],
    description:
      'The packages of every built image. Those whose names begin with C(linux-image-) are left out of containers.',
  },
  debootstrap_size: {
    ...SIZE,
    default: '2G',
    description: 'The default size of the disk of a built image.',
  },
  uploaded: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description: 'The images whose O(path) was copied to the host for this task. The action plugin sets it.',
  },
});

export type ImageOptions = ValuesOf<typeof imageOptions>;
