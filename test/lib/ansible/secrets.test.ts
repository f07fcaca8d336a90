import { expect, test } from 'vitest';
import { secretsOf } from '../../../modules/lib/ansible/secrets.ts';
import type { OptionSpecs } from '../../../modules/lib/ansible/spec.ts';

const description = 'For the test.';
const inner = { password: { type: 'str', secret: true, description } } as const;
const specs: OptionSpecs = {
  login: { type: 'dict', options: inner, description },
  logins: { type: 'list', elements: { type: 'dict', options: inner }, description },
  tunnel: { type: 'dict', secretKeys: ['psk'], description },
};

const SECRET = 'correct horse';

test.each([
  ['a mapping', { login: { password: SECRET } }],
  ['a mapping given as text', { login: JSON.stringify({ password: SECRET }) }],
  ['a list', { logins: [{ password: SECRET }] }],
  ['a list of texts', { logins: [JSON.stringify({ password: SECRET })] }],
  ['the keys of a free mapping', { tunnel: { psk: SECRET, remote_ip: '192.0.2.1' } }],
  ['a free mapping given as text', { tunnel: JSON.stringify({ psk: SECRET }) }],
])('secrets are found in %s', (_, options) => {
  expect(secretsOf(specs, options)).toEqual([SECRET]);
});
