import { describe, expect, it } from 'vitest';
import { checkCloudConfig, checkNetworkConfig } from '../../../../modules/lib/cloudinit/validate/validate.ts';
import { saidOfCloudConfig, saidOfNetwork } from './said.ts';

const OPEN = "isn't YAML: the indentation matches no line above, or a bracket or quote above is not closed";

describe('a text that is not YAML', () => {
  it.each([
    ['a: [b', `error line 2, column 6: ${OPEN}`],
    ['a: "b', "error line 2, column 6: isn't YAML: a bracket, a quote, a comma or a colon is missing"],
    ['a:\n  - b\n c: d', `error line 4, column 1: ${OPEN}`],
    ['a:\n\t- b', "error line 3, column 1: isn't YAML: a tab where YAML allows only spaces"],
    [
      'a: b: c',
      "error line 2, column 4: isn't YAML: a ': ' too many; quote the value if it is part of a text",
    ],
    ['a: *b', "error line 2, column 4: isn't YAML: an alias (*) without its anchor (&)"],
    ['a: !vault x', "error line 2, column 4: isn't YAML: a tag (!) that cloud-init does not know"],
    [
      'a: b\n---\nc: d',
      "error line 3, column 1: isn't YAML: a second document ('---'), and only one is allowed",
    ],
    [
      'a: "\\q"',
      "error line 2, column 5: isn't YAML: an unknown escape (\\) in double quotes: use single quotes",
    ],
    ['a: @b', "error line 2, column 4: isn't YAML: a text that begins with this character must be quoted"],
  ])('%j', (text, message) => {
    expect(saidOfCloudConfig(`#cloud-config\n${text}`)).toEqual([message]);
  });

  it('says it of a network-config as well, and of the option that it was given', () => {
    expect(checkNetworkConfig('network_config', 'version: 2\nethernets: {')).toEqual([
      {
        option: 'network_config',
        level: 'error',
        message: `line 2, column 13: ${OPEN}`,
      },
    ]);
  });
});

describe('the header', () => {
  const missing = "error line 1, column 1: must be '#cloud-config', or the guest ignores it";

  it.each(['users: [default]', '# cloud-config\nusers: [default]', '\nhostname: web'])(
    'is missing in %j',
    (text) => {
      expect(saidOfCloudConfig(text)).toEqual([missing]);
    },
  );

  it.each(['#cloud-config\nhostname: web', '\n#Cloud-Config\nhostname: web', '#cloud-config', '', ' \n'])(
    'is there, or not needed, in %j',
    (text) => expect(saidOfCloudConfig(text)).toEqual([]),
  );

  it.each([
    '#!/bin/sh\na: [',
    '## template: jinja\n#cloud-config\nhostname: {{ v1.x }}: [',
    '#include\nhttp://example.org/: [',
    '#cloud-config-archive\n- a: [',
    'Content-Type: multipart/mixed\nMIME-Version: 1.0\n\na: [',
  ])('is of another kind in %j, which is not judged', (text) => {
    expect(saidOfCloudConfig(text)).toEqual([]);
  });
});

it.each([['#cloud-config\n- a'], ['#cloud-config\njust a text']])('%j is not a mapping', (text) => {
  expect(saidOfCloudConfig(text)).toEqual(['error line 2, column 1: must be a mapping']);
});

describe('a place', () => {
  it('is that of a key, or of an item of a list', () => {
    const text = '#cloud-config\nusers:\n  - default\n  - name: ops\n    sudo: 1\nruncmd:\n  - [sleep, 5]\n';
    expect(saidOfCloudConfig(text)).toEqual([
      'error users[1].sudo (line 5, column 5): must be a text, a list of texts, or false: YAML reads it as a number: quote it',
      'error runcmd[0][1] (line 7, column 13): must be a text: YAML reads it as a number: quote it',
    ]);
  });

  it('is looked for behind an alias, and is that of the holder of what is merged in', () => {
    const text = '#cloud-config\nx: &x {shell: 5}\nuser: *x\nusers:\n  - <<: *x\n    name: ops\n';
    expect(saidOfCloudConfig(text)).toEqual([
      'warning x (line 2, column 1): is unknown to cloud-init, which ignores it',
      "error user (line 3, column 1): needs 'name'",
      'error user.shell (line 2, column 8): must be a text: YAML reads it as a number: quote it',
      'error users[0].shell (line 5, column 5): must be a text: YAML reads it as a number: quote it',
    ]);
  });

  it('is none in a mapping', () => {
    expect(saidOfCloudConfig({ users: [{ name: 'ops', shell: 5 }] })).toEqual([
      'error users[0].shell: must be a text: YAML reads it as a number: quote it',
    ]);
  });
});

describe('a key that is given twice', () => {
  it('is a warning, since the last counts', () => {
    expect(saidOfCloudConfig('#cloud-config\nhostname: 5\nfqdn: a.b\nhostname: web\n')).toEqual([
      'warning hostname (line 4, column 1): is given twice: the last one counts',
    ]);
    expect(saidOfNetwork('version: 2\nethernets:\n  eth0: {mtu: no, mtu: 1500}\n')).toEqual([
      'warning ethernets.eth0.mtu (line 3, column 19): is given twice: the last one counts',
    ]);
  });

  it('is none when it is in two mappings, or two are merged into one', () => {
    const twoUsers = 'users: [{name: a, shell: x}, {name: b, shell: x}]';
    expect(saidOfCloudConfig(`#cloud-config\n${twoUsers}\n`)).toEqual([]);
    const merged = 'datasource: [&a {x: 1}, &b {y: 2}]\nuser:\n  name: ops\n  <<: *a\n  <<: *b\n';
    expect(saidOfCloudConfig(`#cloud-config\n${merged}`)).not.toContainEqual(
      expect.stringContaining('twice'),
    );
  });
});

describe('what YAML 1.1 makes of a text', () => {
  const advice = 'YAML reads it as a number: quote it';
  it.each([
    ['fqdn: yes', 'error fqdn (line 2, column 1): must be a text: YAML reads it as true or false: quote it'],
    ['fqdn: 12:30', `error fqdn (line 2, column 1): must be a text: ${advice}`],
    ['fqdn: 0x10', `error fqdn (line 2, column 1): must be a text: ${advice}`],
    ['fqdn: 1_000', `error fqdn (line 2, column 1): must be a text: ${advice}`],
    ['fqdn: 2030-01-01', 'error fqdn (line 2, column 1): must be a text: YAML reads it as a date: quote it'],
    ['fqdn:', 'error fqdn (line 2, column 1): must be a text: it is empty (null)'],
  ])('%s', (text, message) => expect(saidOfCloudConfig(`#cloud-config\n${text}`)).toEqual([message]));

  it.each(['y', 'n', '08', '1e3', '0o17', '.'])('%s is a text, as to PyYAML', (scalar) => {
    expect(saidOfCloudConfig(`#cloud-config\nfinal_message: ${scalar}\n`)).toEqual([]);
  });

  it('is a number of a MAC address', () => {
    const text = 'version: 2\nethernets:\n  eth0:\n    match: {macaddress: 52:54:00:12:34:56}\n';
    expect(saidOfNetwork(text)).toEqual([
      `error ethernets.eth0.match.macaddress (line 4, column 13): must be a text: ${advice}`,
    ]);
  });

  it('takes !!binary for text, as cloud-init does', () => {
    const text = '#cloud-config\nwrite_files:\n  - {path: /x, content: !!binary aGVsbG8=}\n';
    expect(saidOfCloudConfig(text)).toEqual([]);
  });
});

it('no finding says a value that may be secret, or a key that does not look like one', () => {
  const secret = 'hunter2 is the password';
  const documents: Record<string, unknown>[] = [
    {
      password: secret,
      chpasswd: { users: [{ name: 'a', password: secret, type: secret }], list: [secret] },
    },
    { users: [{ name: 'ops', hashed_passwd: secret, plain_text_passwd: [secret], [secret]: 1 }] },
    { ssh_authorized_keys: [secret], ssh_keys: { [secret]: secret }, phone_home: { post: [secret] } },
    { write_files: [{ path: secret, content: secret, encoding: 'b64', permissions: secret }], [secret]: 1 },
  ];
  for (const document of documents) {
    const found = checkCloudConfig('user_data', document);
    expect(found.length).toBeGreaterThan(1);
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(
      JSON.stringify(checkCloudConfig('user_data', `#cloud-config\n${JSON.stringify(document)}`)),
    ).not.toContain('hunter2');
  }
  expect(JSON.stringify(checkCloudConfig('user_data', `#cloud-config\na: "${secret}\nb: [`))).not.toContain(
    'hunter2',
  );
});
