import { defineSpec } from '../lib/ansible/spec.ts';
import { centralOptions } from '../objects/central/options.ts';

export const spec = defineSpec({
  module: 'ovn_central',
  summary: "Make a host a member of the clusters of OVN's databases",
  description: [
    'Founds the clusters of the northbound and the southbound database, joins them, or leaves them. Run the task on all members.',
    'An existing cluster is joined. One is founded only by the first of O(members), and only if all members have said that they have none. A standalone database, as the package of Debian makes it, is replaced if it is empty; one with rows is an error.',
    'All traffic between hosts is encrypted, by certificates of M(piecewise.cloud.ovn_certificate).',
    'Chassis connect to port 6642 of a relay of the southbound database, with the rights of the role C(ovn-controller) of OVN. The ports 6641, 6643, 6644 and 16642 take members alone; 6641 and 16642 are closed where there is one member.',
    'A former server of a member that was installed again is removed from the clusters, and so are servers of O(dead) hosts. Other servers are kept, with a warning if they are not in O(members).',
    'Services are restarted if their options change. A restart of C(ovn-northd) leaves the databases running.',
  ],
  seealso: ['piecewise.cloud.ovn_certificate', 'piecewise.cloud.ovn_chassis', 'piecewise.cloud.ovn_info'],
  requirements: ['ovn-central', 'certificates by M(piecewise.cloud.ovn_certificate)'],
  options: centralOptions,
  examples: `
- name: Make this host the only member
  piecewise.cloud.ovn_central:
    name: hv1
    members: {hv1: 10.0.0.1}

- name: Three members
  piecewise.cloud.ovn_central:
    name: "{{ inventory_hostname }}"
    members: {hv1: 10.0.0.1, hv2: 10.0.0.2, hv3: 10.0.0.3}
    hosts: "{{ ovn_plan.hosts }}"

- name: Leave the clusters
  piecewise.cloud.ovn_central:
    name: hv3
    members: {hv1: 10.0.0.1}
    state: absent
`,
  returns: {
    founded: { description: 'Whether this host founds a cluster.', returned: 'always', type: 'bool' },
  },
});
