import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { checksumOption, memberOption } from '../../lib/disk/template/options.ts';

/** The options of a template. */
export const templateOptions = defineOptions({
  dest: {
    type: 'path',
    required: true,
    description:
      'The name of the template: a path that becomes a symbolic link. Directories are made as needed.',
  },
  state: {
    type: 'str',
    choices: ['present', 'absent'],
    default: 'present',
    description: 'Whether the template is to be there.',
  },
  source: {
    type: 'path',
    description:
      'What it is made from, on the host: a disk in a format that qemu-img reads, or a packed one, as with M(piecewise.cloud.disk_image). It must be in one file.',
  },
  remove_source: {
    type: 'bool',
    default: false,
    description:
      'Whether O(source) is removed when the template is there. It is linked as it is made, where it can be, and not copied.',
  },
  url: {
    type: 'str',
    description:
      'Where it is fetched from, by the proxies of the environment. It needs O(checksum). A download that broke off goes on where it was.',
  },
  checksum: checksumOption,
  member: memberOption,
  version: {
    type: 'str',
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,99}',
    hint: 'made of letters, digits, dots, dashes and underscores, 100 at most',
    description:
      'What tells the content of O(source) from that of another time, where no checksum is known: of what is built, a digest of its recipe.',
  },
  overlay_directories: {
    type: 'list',
    elements: { type: 'path' },
    default: [],
    description:
      'Where disks may be that are overlays, beside F(/var/lib/libvirt), the directory of the templates, and wherever the guests of libvirt have theirs.',
  },
});

export type TemplateOptions = ValuesOf<typeof templateOptions>;
