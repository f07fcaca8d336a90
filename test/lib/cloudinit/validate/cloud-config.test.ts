import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { saidOfCloudConfig } from './said.ts';

const HASH = '$6$rounds=4096$salt$abcdefghijklmnopqrstuvwxyz';

// A key as OpenSSH writes it: the type is in the data again.
function sshKey(type: string, within = type): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(within.length);
  return `${type} ${Buffer.concat([length, Buffer.from(within), Buffer.alloc(36, 7)]).toString('base64')} ops@example.org`;
}

describe('a cloud-config that is right', () => {
  it.each<[string, Record<string, unknown>]>([
    ['nothing', {}],
    [
      'users',
      {
        users: [
          'default',
          {
            name: 'ops',
            groups: ['adm', 'sudo'],
            sudo: 'ALL=(ALL) NOPASSWD:ALL',
            hashed_passwd: HASH,
            lock_passwd: false,
            ssh_authorized_keys: [sshKey('ssh-ed25519'), sshKey('ecdsa-sha2-nistp256'), sshKey('ssh-rsa')],
          },
          { name: 'locked', passwd: '!', lock_passwd: false },
          { name: 'old', passwd: 'ab01FAX.bQRSU', lock_passwd: false },
        ],
        chpasswd: {
          expire: false,
          users: [
            { name: 'ops', password: HASH },
            { name: 'x', type: 'RANDOM' },
          ],
        },
      },
    ],
    [
      'keys of several sorts',
      { ssh_authorized_keys: [`no-pty,command="a b" ${sshKey('sk-ssh-ed25519@openssh.com')}`] },
    ],
    [
      'files',
      {
        write_files: [
          { path: '/etc/a', content: 'x', permissions: '0644' },
          { path: '/etc/a', content: 'y', append: true },
          {
            path: '/etc/b',
            content: Buffer.from('x').toString('base64'),
            encoding: 'b64',
            permissions: '0o600',
          },
          {
            path: '/etc/c',
            content: gzipSync('x').toString('base64'),
            encoding: 'gzip+base64',
            permissions: '4755',
          },
        ],
      },
    ],
    [
      'commands',
      { runcmd: ['echo', ['echo', 'x'], null], bootcmd: [['a']], packages: ['vim', ['curl', '7.88']] },
    ],
    [
      "an image's own keys",
      { datasource: { NoCloud: {} }, datasource_list: ['None'], merge_how: 'list(append)' },
    ],
  ])('%s', (_, document) => expect(saidOfCloudConfig(document)).toEqual([]));
});

describe('keys', () => {
  it.each<[Record<string, unknown>, string]>([
    [
      { runcmds: ['x'] },
      "warning runcmds: is unknown to cloud-init, which ignores it; did you mean 'runcmd'?",
    ],
    [{ whatever: 1 }, 'warning whatever: is unknown to cloud-init, which ignores it'],
    [{ 'a secret': 1 }, 'warning …: is unknown to cloud-init, which ignores it'],
    [{ users: [{ name: 'a', homdir: '/' }] }, "error users[0].homdir: is unknown; did you mean 'homedir'?"],
    [{ swap: { where: '/x' } }, 'error swap.where: is unknown; known are filename, maxsize, size'],
    [{ write_files: [{ content: 'x' }] }, "error write_files[0]: needs 'path'"],
    [{ users: [{ shell: '/bin/sh' }] }, "error users[0]: needs 'name'"],
    [{ power_state: {} }, "error power_state: needs 'mode'"],
    [{ apt: {} }, 'error apt: must not be empty'],
    [{ reporting: { a: { type: 'webhook' } } }, "error reporting.a: needs 'endpoint'"],
    [
      { reporting: { a: { type: 'print', level: 'INFO' } } },
      'error reporting.a.level: is unknown; known are type',
    ],
    [{ apt_update: true }, "warning apt_update: is outdated: write 'package_update'"],
  ])('%j', (document, message) => expect(saidOfCloudConfig(document)).toEqual([message]));
});

describe('values', () => {
  const COMMAND = 'must be a text (for the shell), or a list of texts (a program and its arguments)';
  it.each<[Record<string, unknown>, string]>([
    [{ hostname: 5 }, 'error hostname: must be a text: YAML reads it as a number: quote it'],
    [{ hostname: null }, 'error hostname: must be a text: it is empty (null)'],
    [{ package_update: 'yes' }, 'error package_update: must be true or false'],
    [{ runcmd: [] }, 'error runcmd: must be a list of commands, and not an empty one'],
    [{ runcmd: 'echo' }, 'error runcmd: must be a list of commands, and not an empty one'],
    [
      { runcmd: [{ echo: 'x' }] },
      `error runcmd[0]: ${COMMAND}: it is a mapping: if it is meant as a text with ': ', quote it`,
    ],
    [{ bootcmd: [7] }, `error bootcmd[0]: ${COMMAND}: YAML reads it as a number: quote it`],
    [
      { users: [{ name: 'a', expiredate: '31.12.2030' }] },
      "error users[0].expiredate: must be a date as '2030-12-31', quoted",
    ],
    [
      { write_files: [{ path: '/x', permissions: 420 }] },
      "error write_files[0].permissions: must be a text of octal digits such as '0644', quoted: YAML reads it as a number: quote it",
    ],
    [
      { mounts: [[]] },
      "error mounts[0]: must be a list of 1 to 6 texts, as the fields of fstab(5): ['/dev/vdb', '/mnt', 'ext4']",
    ],
    [
      { mounts: [['/dev/vdb', '/mnt', 'auto', 'defaults', 0]] },
      'error mounts[0][4]: must be a text: YAML reads it as a number: quote it',
    ],
    [{ disk_setup: { x: { table_type: 'dos' } } }, 'error disk_setup.x.table_type: must be one of mbr, gpt'],
    [{ ssh_genkeytypes: ['ed448'] }, 'error ssh_genkeytypes[0]: must be one of ecdsa, ed25519, rsa, dsa'],
    [{ swap: { size: 'big' } }, "error swap.size: must be 'auto', a number of bytes, or a text such as '2G'"],
    [
      { power_state: { mode: 'halt', delay: 'soon' } },
      "error power_state.delay: must be 'now', or a number of minutes",
    ],
    [
      { chpasswd: { users: [{ name: 'a', type: 'RANDOM', password: HASH }] } },
      "error chpasswd.users[0]: needs 'password', or else 'type: RANDOM'",
    ],
    [{ packages: [['curl']] }, 'error packages[0]: must be a name and a version'],
    [{ ssh_pwauth: 'yes' }, 'warning ssh_pwauth: is outdated as a text: write true or false, without quotes'],
    [{ growpart: { mode: false } }, "warning growpart.mode: is outdated as false: write 'off', with quotes"],
    [
      { users: [{ name: 'a', sudo: false }] },
      'warning users[0].sudo: is outdated as false: write null, or leave it out',
    ],
  ])('%j', (document, message) => expect(saidOfCloudConfig(document)).toEqual([message]));
});

describe('passwords', () => {
  const PLAIN =
    'is a password in plain text, which stays readable in the seed and in the guest: give a hash (openssl passwd -6)';
  const NO_HASH = 'is not a hash of crypt(5), so no login with it works: make one (openssl passwd -6)';
  it.each<[Record<string, unknown>, string]>([
    [{ password: 'hunter2' }, `warning password: ${PLAIN}`],
    [
      { users: [{ name: 'a', plain_text_passwd: 'hunter2', lock_passwd: false }] },
      `warning users[0].plain_text_passwd: ${PLAIN}`,
    ],
    [{ user: { name: 'a', passwd: 'hunter2', lock_passwd: false } }, `error user.passwd: ${NO_HASH}`],
    [
      { users: [{ name: 'a', hashed_passwd: HASH }] },
      "warning users[0].hashed_passwd: has no effect while the password is locked: add 'lock_passwd: false'",
    ],
    [
      { chpasswd: { users: [{ name: 'a', password: 'hunter2', type: 'text' }] } },
      `warning chpasswd.users[0].password: ${PLAIN}`,
    ],
    [
      { chpasswd: { users: [{ name: 'a', password: 'hunter2' }] } },
      `error chpasswd.users[0].password: ${NO_HASH}`,
    ],
    [
      { users: ['default', 'a', { name: 'a' }] },
      'warning users[2].name: is given twice: cloud-init makes one user of both',
    ],
  ])('%j', (document, message) => expect(saidOfCloudConfig(document)).toEqual([message]));

  it('in the outdated list, each by itself', () => {
    expect(saidOfCloudConfig({ chpasswd: { list: ['a:hunter2', 'b:RANDOM', `c:${HASH}`] } })).toEqual([
      "warning chpasswd.list: is outdated: write 'users'",
      `warning chpasswd.list[0]: ${PLAIN}`,
    ]);
    expect(saidOfCloudConfig({ chpasswd: { list: 'a:R\nb:hunter2\n' } })).toContain(
      `warning chpasswd.list: ${PLAIN}`,
    );
  });
});

describe('SSH keys', () => {
  const NONE = "is not a valid public SSH key: write it as 'ssh-ed25519 AAAA… comment', in one line";
  it.each([
    ['ssh-ed25519 AAAA', `error ssh_authorized_keys[0]: ${NONE}`],
    ['gh:ops', `error ssh_authorized_keys[0]: ${NONE}`],
    [sshKey('ssh-ed25519', 'ssh-rsa'), `error ssh_authorized_keys[0]: ${NONE}`],
    [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nabc',
      'error ssh_authorized_keys[0]: is a private key: give the public one, and make a new pair, since this one was shown',
    ],
    [
      `${sshKey('ssh-rsa')}\n${sshKey('ssh-rsa')}`,
      'error ssh_authorized_keys[0]: has several lines: write an item of the list for each key',
    ],
    [
      sshKey('ssh-dss'),
      'warning ssh_authorized_keys[0]: is a DSA key, which OpenSSH no longer accepts: use ssh-ed25519',
    ],
  ])('%j', (key, message) => expect(saidOfCloudConfig({ ssh_authorized_keys: [key] })).toEqual([message]));

  it("a user's own as well", () => {
    expect(saidOfCloudConfig({ users: [{ name: 'a', ssh_authorized_keys: ['x'] }] })).toEqual([
      `error users[0].ssh_authorized_keys[0]: ${NONE}`,
    ]);
  });
});

describe('files, packages, names', () => {
  const file = (more: Record<string, unknown>) => ({ write_files: [{ path: '/x', ...more }] });
  it.each<[Record<string, unknown>, string]>([
    [file({ path: 'etc/x' }), "error write_files[0].path: must begin with '/'"],
    [
      file({ permissions: 'rw-r--r--' }),
      "error write_files[0].permissions: must be octal digits such as '0644': cloud-init would take its default instead",
    ],
    [
      file({ content: 'a*c=', encoding: 'b64' }),
      'error write_files[0].content: is not base64, as encoding says',
    ],
    [
      file({ content: 'abc', encoding: 'base64' }),
      'error write_files[0].content: is not base64, as encoding says',
    ],
    [file({ content: 'abcd', encoding: 'gz+b64' }), 'error write_files[0].content: is not gzip data'],
    [
      file({ content: 'text', encoding: 'gzip' }),
      "error write_files[0].content: is not gzip data: gzip data is binary, so it needs base64 around it, and 'encoding: gz+b64'",
    ],
    [
      { write_files: [{ path: '/x' }, { path: '/y' }, { path: '/x' }] },
      'warning write_files[2].path: is written twice: the last one counts',
    ],
    [
      { packages: ['vim git'] },
      'error packages[0]: has a space in it: write an item of the list for each package',
    ],
    [
      { hostname: 'my_host' },
      'warning hostname: is not a valid host name: use letters, digits and hyphens, with dots between, up to 63 characters each',
    ],
    [
      { fqdn: 'web..example.org' },
      'warning fqdn: is not a valid host name: use letters, digits and hyphens, with dots between, up to 63 characters each',
    ],
  ])('%j', (document, message) => expect(saidOfCloudConfig(document)).toEqual([message]));
});

it('all findings come in the order of the document', () => {
  const document = {
    write_files: [{ permissions: 1, path: 'x' }],
    hostname: 7,
    users: [{}],
    nonsense: 1,
    apt: {},
  };
  expect(saidOfCloudConfig(document).map((line) => /^\w+ ([\w[\].]+)/.exec(line)?.[1])).toEqual([
    'write_files[0].permissions',
    'write_files[0].path',
    'hostname',
    'users[0]',
    'nonsense',
    'apt',
  ]);
});
