import {
  both,
  choice,
  either,
  filledList,
  filledTexts,
  flag,
  is,
  keys,
  listOf,
  mapping,
  must,
  oneOfKeys,
  outdated,
  renamed,
  type Schema,
  text,
  textOrNull,
} from './dsl.ts';

// cc_users_groups. `sudo: true` is a type error at boot (cloudinit/distros/__init__.py, write_sudo_rules).
const sudoRule = both(
  is('a text, a list of texts, or false', {
    anyOf: [{ type: ['string', 'array', 'null'] }, { enum: [false] }],
  }),
  { items: textOrNull },
);

const sudo = outdated(sudoRule, ' as false: write null, or leave it out', { enum: [false] });

const date = is("a date as '2030-12-31', quoted", {
  type: 'string',
  pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$',
});

const user: Record<string, Schema> = {
  name: text,
  gecos: text,
  homedir: text,
  inactive: text,
  passwd: text,
  hashed_passwd: text,
  plain_text_passwd: text,
  primary_group: text,
  selinux_user: text,
  shell: text,
  snapuser: text,
  lock_passwd: flag,
  no_create_home: flag,
  no_log_init: flag,
  no_user_group: flag,
  create_groups: flag,
  ssh_redirect_user: flag,
  system: flag,
  ssh_authorized_keys: filledTexts,
  ssh_import_id: filledTexts,
  doas: filledTexts,
  expiredate: date,
  sudo,
  uid: outdated(
    is('a whole number', { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\d+$' }] }),
    ' as a text: write it without quotes',
    { type: 'string' },
  ),
  groups: outdated(
    either(
      "a text such as 'adm, sudo', or a list of texts",
      ['string', 'array', 'object'],
      { items: text, others: is('null', { type: 'null' }) },
      filledList,
    ),
    ' as a mapping: write a list of names',
    { type: 'object' },
  ),
};

const HYPHENS = [
  'lock_passwd',
  'no_create_home',
  'no_log_init',
  'no_user_group',
  'hashed_passwd',
  'plain_text_passwd',
  'create_groups',
  'primary_group',
  'selinux_user',
  'ssh_authorized_keys',
  'ssh_import_id',
  'ssh_redirect_user',
];

const hyphened = Object.fromEntries(
  HYPHENS.map((key) => [key.replaceAll('_', '-'), renamed(user[key] ?? text, key)]),
);

const aUser = both(keys({ ...user, ...hyphened }), oneOfKeys("needs 'name'", 'name', 'snapuser'));

const members = either(
  'the name of a user, or a list of names',
  ['string', 'array'],
  { items: text },
  filledList,
);

const RANDOM = { required: ['type'], properties: { type: { enum: ['RANDOM'] } } };
const PASSWORD = { required: ['password'] };
const chpasswdUser = both(
  mapping({ name: text, password: text, type: choice('hash', 'text', 'RANDOM') }, { required: ['name'] }),
  must("needs 'password', or else 'type: RANDOM'", {
    anyOf: [{ not: { type: 'object' } }, { ...RANDOM, not: PASSWORD }, { ...PASSWORD, not: RANDOM }],
  }),
);

const chpasswdList = outdated(
  either(
    "a list of texts such as 'name:password'",
    ['string', 'array'],
    { items: is("a text such as 'name:password'", { type: 'string', pattern: '^.+:.+$' }) },
    filledList,
  ),
  ": write 'users'",
);

/** cc_users_groups, cc_set_passwords. */
export const users: Record<string, Schema> = {
  users: either('a list of users', ['string', 'array', 'object'], {
    items: either("a mapping, a name, or 'default'", ['string', 'array', 'object'], { items: text }, aUser),
  }),
  user: either('a name or a mapping', ['string', 'object'], aUser),
  groups: either(
    'a list of groups',
    ['string', 'array', 'object'],
    {
      items: either('the name of a group, or a mapping of its name to users', ['string', 'object'], {
        others: members,
      }),
      others: members,
    },
    filledList,
  ),
  password: text,
  chpasswd: mapping({ expire: flag, users: listOf(chpasswdUser, 'mappings'), list: chpasswdList }),
  ssh_pwauth: outdated(
    either('true or false', ['boolean', 'string']),
    ' as a text: write true or false, without quotes',
    { type: 'string' },
  ),
};
