import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { endingOf, type Held, problemsOf } from '../../../modules/objects/certificate/held.ts';
import { certificateOptions } from '../../../modules/objects/certificate/options.ts';

const certificate = { name: 'hv1', publicKey: 'key', trusted: true, endsSoon: false };
const AUTHORITIES = { members: 'members', chassis: 'chassis' };
const held = (more: Partial<Held> = {}): Held => ({
  ...{ publicKey: 'key', chassis: certificate, member: certificate, authorities: AUTHORITIES },
  ...more,
});
const options = (authorities?: typeof AUTHORITIES) =>
  withDefaults(certificateOptions, { step: 'request', chassis: 'hv1', member: true, authorities });

describe('certificates that a host has', () => {
  const ending = held({ chassis: { ...certificate, endsSoon: true } });

  it('are renewed before they end, and when the authorities are others', () => {
    expect(problemsOf(options(AUTHORITIES), held())).toEqual([]);
    expect(problemsOf(options(AUTHORITIES), ending)).toEqual([
      'the certificate of the chassis is about to end',
    ]);
    const others = { ...AUTHORITIES, members: 'others' };
    expect(problemsOf(options(others), held())).toEqual(['the authorities are others']);
  });

  it('are kept while they are valid and nobody could sign others', () => {
    expect(problemsOf(options(), held())).toEqual([]);
    expect(problemsOf(options(), ending)).toEqual([]);
    expect(endingOf(options(), ending)).toEqual(['the certificate of the chassis is about to end']);
  });

  it('that have ended are not valid, and that is all that is said of them', () => {
    const ended = held({ member: { ...certificate, trusted: false, endsSoon: true } });
    expect(endingOf(options(), ended)).toEqual([]);
    expect(problemsOf(options(AUTHORITIES), ended)).toEqual(['the certificate of the member is not valid']);
  });

  it.each<[string, Partial<Held>]>([
    ['the key is missing', { publicKey: undefined }],
    ['the certificate of the member is missing', { member: undefined }],
    ["the certificate of the chassis is of 'hv2'", { chassis: { ...certificate, name: 'hv2' } }],
    ['the certificate of the chassis is of another key', { chassis: { ...certificate, publicKey: 'other' } }],
    ['the certificate of the member is not valid', { member: { ...certificate, trusted: false } }],
    ['the authorities are others', { authorities: { members: undefined, chassis: undefined } }],
  ])('need others in any case: %s', (problem, more) => {
    expect(problemsOf(options(), held(more))).toContain(problem);
    expect(problemsOf(options(AUTHORITIES), held(more))).toContain(problem);
  });
});
