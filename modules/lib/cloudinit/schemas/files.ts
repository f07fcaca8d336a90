import {
  any,
  both,
  choice,
  count,
  either,
  filled,
  filledListOf,
  flag,
  is,
  listOf,
  mapping,
  mappingOf,
  number,
  outdated,
  type Schema,
  text,
  textOrTexts,
} from './dsl.ts';

const ENCODINGS = [
  'gz',
  'gzip',
  'gz+base64',
  'gzip+base64',
  'gz+b64',
  'gzip+b64',
  'b64',
  'base64',
  'text/plain',
];

/** cc_write_files. */
export const files: Record<string, Schema> = {
  write_files: filledListOf(
    mapping(
      {
        path: text,
        content: text,
        owner: text,
        permissions: is("a text of octal digits such as '0644', quoted", { type: 'string' }),
        encoding: choice(...ENCODINGS),
        append: flag,
        defer: flag,
        source: mapping({ uri: text, headers: mappingOf(text) }, { required: ['uri'] }),
      },
      { required: ['path'] },
    ),
    'files',
  ),
};

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

const command = either(
  'a text (for the shell), or a list of texts (a program and its arguments)',
  ['string', 'array'],
  {
    items: text,
  },
);

const commandOrNull = either(
  'a text (for the shell), or a list of texts (a program and its arguments)',
  ['string', 'array', 'null'],
  { items: text },
);

const filledWith = (what: string, value: Schema) =>
  either(`a list or a mapping of ${what}`, ['array', 'object'], { items: value, others: value }, filled);

/** cc_runcmd, cc_bootcmd, cc_snap, cc_power_state_change, cc_phone_home, cc_final_message, cc_scripts_vendor. */
export const commands: Record<string, Schema> = {
  runcmd: filledListOf(commandOrNull, 'commands'),
  bootcmd: filledListOf(command, 'commands'),
  snap: both(
    mapping({ commands: filledWith('commands', command), assertions: filledWith('texts', text) }),
    filled,
  ),
  power_state: mapping(
    {
      mode: choice('poweroff', 'reboot', 'halt'),
      delay: outdated(
        is("'now', or a number of minutes", {
          anyOf: [
            { type: 'integer', minimum: 0 },
            { type: 'string', pattern: '^(?:\\+?[0-9]+|now)$' },
          ],
        }),
        ' as a text of digits: write the number',
        { type: 'string', not: { enum: ['now'] } },
      ),
      message: text,
      timeout: number,
      condition: either('true, false, a text, or a list of texts', ['string', 'boolean', 'array'], {
        items: any,
      }),
    },
    { required: ['mode'] },
  ),
  phone_home: mapping(
    {
      url: text,
      tries: number,
      post: {
        ...is("'all', or a list of texts", { anyOf: [{ enum: ['all'] }, { type: 'array' }] }),
        items: outdated(
          choice(
            'pub_key_rsa',
            'pub_key_ecdsa',
            'pub_key_ed25519',
            'instance_id',
            'hostname',
            'fqdn',
            'pub_key_dsa',
          ),
          ' as DSA: newer cloud-init refuses it',
          { enum: ['pub_key_dsa'] },
        ),
      },
    },
    { required: ['url'] },
  ),
  final_message: text,
  vendor_data: mapping({
    enabled: outdated(
      either('true or false', ['boolean', 'string']),
      ' as a text: write true or false, without quotes',
      { type: 'string' },
    ),
    prefix: either('a text, or a list of texts', ['string', 'array'], {
      items: either('a text or a whole number', ['string', 'integer']),
    }),
  }),
};
