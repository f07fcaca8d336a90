import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import {
  checksumOption,
  kernelOption,
  memberOption,
  partitionOption,
} from '../../lib/disk/template/options.ts';

/** The options of a template. */
export const templateOptions = defineOptions({
  dest: {
    type: 'path',
    required: true,
    description:
      'The name of the template: a path that becomes a symbolic link. Missing directories are created.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'Whether the name must exist.',
  },
  source: {
    type: 'path',
    description:
      'The file on the host from which the template is made: a disk in a format that qemu-img reads, or a packed one, as with M(piecewise.cloud.disk_image). It must not need other files.',
  },
  remove_source: {
    type: 'bool',
    default: false,
    description:
      'Whether O(source) is removed when the template exists. If possible, the template is a hard link to it instead of a copy.',
  },
  url: {
    type: 'str',
    description:
      'The URL from which it is downloaded. Proxies of the environment are used. It needs O(checksum). An interrupted download is continued.',
  },
  checksum: checksumOption,
  member: memberOption,
  partition: partitionOption,
  kernel: kernelOption,
  root: {
    type: 'bool',
    default: false,
    description: [
      'Whether it is the root of a container: O(source) or O(url) is a tar archive, also compressed by gzip, xz, zstd or bzip2, and the template is the archive.',
      'It is extracted when a container is made, as a user of that container, so it has no rights over the host. Devices outside of C(/dev), and members that lead out of the archive, are errors.',
    ],
  },
  version: {
    type: 'str',
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,99}',
    hint: 'made of letters, digits, dots, dashes and underscores, 100 at most',
    description:
      'A text that identifies the content of O(source) when its checksum is unknown. For a built image, use a digest of its recipe.',
  },
  overlay_directories: {
    type: 'list',
    elements: { type: 'path' },
    default: [],
    description:
      'Directories to search for overlays, in addition to C(/var/lib/libvirt), the directory of the templates, and the disks of all guests.',
  },
});

export type TemplateOptions = ValuesOf<typeof templateOptions>;
