import {
  choice,
  count,
  either,
  filledListOf,
  flag,
  is,
  listOf,
  mapping,
  mappingOf,
  outdated,
  type Schema,
  text,
  textOrTexts,
} from './dsl.ts';

const SIZE = '(?:[0-9]+)?\\.?[0-9]+[BKMGT]';
const size = (what: string, pattern: string) =>
  is(what, { anyOf: [{ type: 'integer' }, { type: 'string', pattern: `^(?:${pattern})$` }] });

const partition = either(
  'a percentage, or a list of a percentage and a type',
  ['integer', 'array'],
  count('must be a percentage and a type, such as [50, 82]', 2),
  { items: either('a whole number, or a text', ['integer', 'string']) },
);

const layout: Schema = {
  ...is("true, false, 'remove', or a list of partitions", {
    anyOf: [{ type: ['boolean', 'array'] }, { enum: ['remove'] }],
  }),
  items: partition,
};

const fsPartition = is("a number, 'auto', 'any' or 'none'", {
  anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^(?:\\d+|auto|any|none)$' }],
});

/** cc_disk_setup, cc_mounts, cc_growpart, cc_resizefs. */
export const disks: Record<string, Schema> = {
  device_aliases: mappingOf(text),
  disk_setup: mappingOf(mapping({ table_type: choice('mbr', 'gpt'), layout, overwrite: flag })),
  fs_setup: listOf(
    mapping({
      label: text,
      filesystem: text,
      device: text,
      partition: fsPartition,
      overwrite: flag,
      replace_fs: text,
      extra_opts: textOrTexts,
      cmd: textOrTexts,
    }),
    'file systems',
  ),
  mounts: filledListOf(
    {
      ...is("a list of 1 to 6 texts, as the fields of fstab(5): ['/dev/vdb', '/mnt', 'ext4']", {
        type: 'array',
        minItems: 1,
        maxItems: 6,
      }),
      items: text,
    },
    'mounts',
  ),
  mount_default_fields: {
    ...is('a list of 6 texts or nulls, as the fields of fstab(5)', {
      type: 'array',
      minItems: 6,
      maxItems: 6,
    }),
    items: is('a text, or null', { type: ['string', 'null'] }),
  },
  swap: mapping({
    filename: text,
    size: size("'auto', a number of bytes, or a text such as '2G'", `auto|${SIZE}`),
    maxsize: size("a number of bytes, or a text such as '2G'", SIZE),
  }),
  growpart: mapping({
    mode: outdated(
      is("'auto', 'growpart', 'gpart' or 'off'", { enum: ['auto', 'growpart', 'gpart', 'off', false] }),
      " as false: write 'off', with quotes",
      { enum: [false] },
    ),
    devices: listOf(text, 'texts'),
    ignore_growroot_disabled: flag,
  }),
  resize_rootfs: is("true, false, or 'noblock'", { enum: [true, false, 'noblock'] }),
};
