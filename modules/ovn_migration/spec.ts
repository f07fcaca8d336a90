import { defineSpec } from '../lib/ansible/spec.ts';
import { migrationOptions } from '../objects/migration/options.ts';

export const spec = defineSpec({
  module: 'ovn_migration',
  summary: 'Have OVN follow a guest that moves to another hypervisor',
  description: [
    'Says which hypervisors bind the ports of a guest while it moves live, so that its traffic goes on. The role C(vm) runs it before and after a move; it is for those who move guests otherwise.',
    'It runs on a host of the northbound database, as root.',
  ],
  requirements: ['ovn-central'],
  seealso: ['piecewise.cloud.ovn_topology', 'piecewise.cloud.vm_move'],
  options: migrationOptions,
  examples: `
- name: Before a guest is sent from hv1 to hv2
  piecewise.cloud.ovn_migration:
    step: begin
    guest: web1
    ports: [5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01]
    from: hv1
    to: hv2

- name: When it has arrived
  piecewise.cloud.ovn_migration:
    step: end
    guest: web1
    ports: [5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01]
    from: hv1
    to: hv2
`,
  returns: {
    ports: {
      description: 'The ports that were changed.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01'],
    },
  },
});
