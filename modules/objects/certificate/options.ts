import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';

/** The name of a chassis, which is the common name of its certificates: it has no character that OpenSSL or OVN reads as another thing. */
export const chassisName = {
  type: 'str',
  name: true,
  pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,63}',
  hint: '1 to 64 letters, digits and "._-"',
} as const;

const PEM = (what: string) => `-----BEGIN ${what}-----\\n[A-Za-z0-9+/=\\n]+-----END ${what}-----\\n?`;

const certificate = {
  type: 'str',
  default: '',
  maxLength: 8192,
  pattern: `(${PEM('CERTIFICATE')})?`,
  hint: 'a certificate in the format PEM, as another step returned it',
} as const;

/** The options of a step. */
export const certificateOptions = defineOptions({
  step: {
    type: 'str',
    choices: ['authorities', 'request', 'sign', 'install', 'absent'],
    required: true,
    description: [
      'V(authorities) makes the two authorities of the cloud on the host that keeps their keys, if there are none, and returns their certificates.',
      "V(request) makes this host's key, and returns a request if a certificate is missing or ends soon, or is not of these authorities.",
      'V(sign) signs a request, on the host with the authorities.',
      'V(install) writes what was signed.',
      "V(absent) removes this host's key and certificates. The authorities stay, unless O(last) is set.",
    ],
  },
  last: {
    type: 'bool',
    default: false,
    description: 'With O(step=absent), whether all hosts leave, so that the authorities are removed too.',
  },
  chassis: {
    ...chassisName,
    description:
      'The name of the chassis, C(system-id) in Open vSwitch. Required, except with O(step=authorities) and O(step=absent).',
  },
  member: {
    type: 'bool',
    default: false,
    description:
      'Whether the host is a member of the clusters of the databases, and needs a certificate for that too.',
  },
  authorities: {
    type: 'dict',
    options: {
      members: { ...certificate, description: 'That which signs certificates of members.' },
      chassis: { ...certificate, description: 'That which signs certificates of chassis.' },
    },
    description:
      'The certificates of the authorities, as O(step=authorities) returned them. A V(request) without them keeps certificates that are valid: for a run while the host with the authorities is off.',
  },
  request: {
    type: 'str',
    default: '',
    maxLength: 8192,
    pattern: `(${PEM('CERTIFICATE REQUEST')})?`,
    hint: 'a request in the format PEM, as another step returned it',
    description: 'For O(step=sign): the request.',
  },
  certificates: {
    type: 'dict',
    default: {},
    options: {
      chassis: { ...certificate, description: 'That of the chassis.' },
      member: { ...certificate, description: 'That of the member.' },
    },
    description: 'For O(step=install): the certificates, as O(step=sign) returned them.',
  },
  days: {
    type: 'int',
    default: 825,
    minimum: 2,
    maximum: 3650,
    description: 'How many days a certificate is valid.',
  },
  renew_days: {
    type: 'int',
    default: 365,
    minimum: 1,
    maximum: 3649,
    description: 'A certificate that ends within so many days is renewed. Less than O(days).',
  },
});

export type CertificateOptions = ValuesOf<typeof certificateOptions>;
