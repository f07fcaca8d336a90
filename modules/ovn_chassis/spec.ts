import { defineSpec } from '../lib/ansible/spec.ts';
import { chassisOptions } from '../objects/chassis/options.ts';

export const spec = defineSpec({
  module: 'ovn_chassis',
  summary: 'Make a host a chassis of OVN',
  description: [
    'Writes the settings of C(ovn-controller) into the database of Open vSwitch, gives it its certificate, and waits until it is connected to the southbound database.',
    'Keys of C(external_ids) that are not about these settings are kept.',
  ],
  seealso: ['piecewise.cloud.ovn_central', 'piecewise.cloud.ovn_certificate'],
  requirements: [
    'ovn-host',
    'openvswitch-switch',
    'iproute2',
    'a certificate by M(piecewise.cloud.ovn_certificate)',
  ],
  options: chassisOptions,
  notes: [
    'The name of a chassis also goes to C(/etc/openvswitch/system-id.conf), from which Open vSwitch sets it at each start.',
  ],
  examples: `
- name: Connect the host to three members
  piecewise.cloud.ovn_chassis:
    chassis: "{{ inventory_hostname }}"
    address: 10.0.0.4
    members: [10.0.0.1, 10.0.0.2, 10.0.0.3]
    datapath_type: netdev
    bridge_mappings: {wan: br-ex}
`,
  returns: {},
});
