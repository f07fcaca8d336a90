import { isMapping } from '../yaml/value.ts';
import { type At, itemsIn, mappingIn, mappingsOf, textIn, textsOf } from './look.ts';
import { error, type Problem, warning } from './problem.ts';
import { repeated } from './repeated.ts';

type Mapping = Record<string, unknown>;

// crypt(5): `$id$…`, or 13 characters of DES. A leading `!` or `*` locks an account.
const HASH = /^(?:[!*].*|\$[\w-]+\$.+|_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13})$/;
const isHash = (text: string) => HASH.test(text);

const PLAIN =
  'is a password in plain text, which stays readable in the seed and in the guest: give a hash (openssl passwd -6)';
const NO_HASH = 'is not a hash of crypt(5), so no login with it works: make one (openssl passwd -6)';

/** Passwords in plain text, and invalid hashes. */
export function passwords(config: At<Mapping>): Problem[] {
  const chpasswd = mappingIn(config, 'chpasswd');
  return [
    ...accounts(config).flatMap(ofUser),
    ...plain(textIn(config, 'password')),
    ...(chpasswd ? [...mappingsOf(itemsIn(chpasswd, 'users')).flatMap(ofChange), ...ofList(chpasswd)] : []),
  ];
}

/** The users that are given as mappings. */
export const accounts = (config: At<Mapping>): At<Mapping>[] => {
  const one = mappingIn(config, 'user');
  return [...mappingsOf(itemsIn(config, 'users')), ...(one ? [one] : [])];
};

const plain = (text: At<string> | undefined): Problem[] =>
  !text || isHash(text.value) || text.value === '' ? [] : [warning(text.path, PLAIN)];

const hashed = (text: At<string> | undefined): Problem[] =>
  !text || isHash(text.value) ? [] : [error(text.path, NO_HASH)];

function ofUser(user: At<Mapping>): Problem[] {
  const given = [
    'plain_text_passwd',
    'plain-text-passwd',
    'passwd',
    'hashed_passwd',
    'hashed-passwd',
  ].flatMap((key) => textIn(user, key) ?? []);
  const problems = given.flatMap((text) =>
    String(text.path.at(-1)).startsWith('plain') ? [warning(text.path, PLAIN)] : hashed(text),
  );
  const [first] = given;
  const locked = user.value.lock_passwd ?? user.value['lock-passwd'] ?? true;
  if (!first || locked !== true) return problems;
  const advice = "has no effect while the password is locked: add 'lock_passwd: false'";
  return [...problems, warning(first.path, advice)];
}

function ofChange(user: At<Mapping>): Problem[] {
  const { type = 'hash' } = user.value;
  const password = textIn(user, 'password');
  if (type === 'text') return password ? [warning(password.path, PLAIN)] : [];
  return type === 'hash' ? hashed(password) : [];
}

// `name:password`, and R or RANDOM for one that cloud-init generates.
function ofList(chpasswd: At<Mapping>): Problem[] {
  const lines = textIn(chpasswd, 'list');
  const items = lines
    ? lines.value.split('\n').map((value) => ({ value, path: lines.path }))
    : textsOf(itemsIn(chpasswd, 'list'));
  return items.flatMap(({ value, path }) => {
    const [, password = ''] = /^[^:]+:(.*)$/.exec(value.trim()) ?? [];
    return password === '' || password === 'R' || password === 'RANDOM'
      ? []
      : plain({ value: password, path });
  });
}

/** Users that are given twice. */
export function usersTwice(config: At<Mapping>): Problem[] {
  const names = itemsIn(config, 'users').flatMap(({ value, path }) => {
    if (typeof value === 'string') return [{ value, path }];
    return isMapping(value) && typeof value.name === 'string'
      ? [{ value: value.name, path: [...path, 'name'] }]
      : [];
  });
  return repeated(names, ({ value }) => value).map(({ path }) =>
    warning(path, 'is given twice: cloud-init makes one user of both'),
  );
}
