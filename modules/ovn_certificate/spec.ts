import { defineSpec } from '../lib/ansible/spec.ts';
import { certificateOptions } from '../objects/certificate/options.ts';

export const spec = defineSpec({
  module: 'ovn_certificate',
  summary: 'One step of the certificates by which the hosts of OVN know each other',
  description: [
    'A host makes its own key and a request; the host with the authorities signs it. No private key leaves its host, and none is returned: the controller carries requests and certificates, which are public. The role C(ovn) takes the steps.',
    'There are two authorities. One signs certificates of the members of the clusters of the databases. The other signs those of chassis: with them a host connects to the southbound database as a client, and no more.',
    'Of a request only its public key counts: the name and the use of the certificate are those that the task gives.',
    'A certificate is renewed with the same key. Programs that run read it again without a restart.',
  ],
  seealso: ['piecewise.cloud.ovn_central', 'piecewise.cloud.ovn_chassis'],
  requirements: ['openssl 3'],
  options: certificateOptions,
  notes: [
    'A certificate stays valid until it ends: Open vSwitch reads no list of revoked ones. To lock a host out, remove C(/etc/piecewise-cloud/ovn-ca) on the host with the authorities, and run the role C(ovn) on all other hosts.',
  ],
  examples: `
- name: Make the authorities, on hv1
  piecewise.cloud.ovn_certificate:
    step: authorities
  delegate_to: hv1
  run_once: true
  register: made

- name: Ask for certificates
  piecewise.cloud.ovn_certificate:
    step: request
    chassis: "{{ inventory_hostname }}"
    authorities: "{{ made.authorities }}"
  register: asked

- name: Sign them
  piecewise.cloud.ovn_certificate:
    step: sign
    chassis: "{{ inventory_hostname }}"
    request: "{{ asked.request }}"
  delegate_to: hv1
  register: signed
  when: asked.request != ''
`,
  returns: {
    authorities: {
      description: 'The certificates of the authorities; empty where they are not made yet.',
      returned: 'with C(step=authorities)',
      type: 'dict',
      contains: {
        members: { description: 'That which signs those of members.', returned: 'always', type: 'str' },
        chassis: { description: 'That which signs those of chassis.', returned: 'always', type: 'str' },
      },
    },
    request: {
      description: 'The request; empty where the host needs none.',
      returned: 'with C(step=request), not in check mode if a request is needed',
      type: 'str',
    },
    certificates: {
      description: 'What was signed.',
      returned: 'with C(step=sign)',
      type: 'dict',
      contains: {
        chassis: { description: 'The certificate of the chassis.', returned: 'always', type: 'str' },
        member: {
          description: 'That of the member; empty for a host that is none.',
          returned: 'always',
          type: 'str',
        },
      },
    },
  },
});
