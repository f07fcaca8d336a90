import { defineSpec } from '../lib/ansible/spec.ts';
import { connectionOptions } from '../objects/topology/options.ts';
import { RETURNS } from './returns.ts';

export const spec = defineSpec({
  module: 'ovs_info',
  summary: 'Read all bridges and ports of an Open vSwitch',
  description: [
    'Returns all bridges, ports and interfaces. RV(bridges) and RV(ports) can be given to M(piecewise.cloud.ovs_topology) as they are; options at their default are left out.',
    'Everything is read in one transaction. Nothing is changed.',
  ],
  attributes: { diff_mode: { support: 'none', description: 'It changes nothing.' } },
  seealso: ['piecewise.cloud.ovs_topology'],
  requirements: ['openvswitch-switch'],
  options: connectionOptions,
  examples: `
- name: What the host's Open vSwitch has
  piecewise.cloud.ovs_info:
  register: ovs

- name: Each interface that doesn't work
  ansible.builtin.debug:
    msg: "{{ ovs.interfaces | selectattr('error', 'defined') }}"
`,
  returns: RETURNS,
});
