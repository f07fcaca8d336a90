import { defineSpec } from '../lib/ansible/spec.ts';
import { overlayOptions } from '../objects/overlay/options.ts';

export const spec = defineSpec({
  module: 'ovs_overlay',
  summary: "Join a host's Open vSwitch bridge with those of other hosts by tunnels",
  description: [
    'Creates the tunnels from this host to each other host of a full mesh, and removes those that this overlay no longer needs. Run the task on all hosts.',
    'Traffic is never forwarded from one tunnel to another (split horizon), so the mesh has no loop and needs no spanning tree. A bridge with STP or RSTP is refused.',
    'Only tunnels of this overlay are ever removed, and its bridge if this module created it and it has no other ports.',
  ],
  seealso: ['piecewise.cloud.ovs_topology'],
  requirements: ['openvswitch-switch', 'iproute2', 'openvswitch-ipsec with strongSwan, for O(psk)'],
  options: overlayOptions,
  examples: `
- name: The bridges of all hosts of the group kvm as one network
  piecewise.cloud.ovs_overlay:
    host: "{{ inventory_hostname }}"
    members: "{{ dict(groups['kvm'] | zip(groups['kvm'] | map('extract', hostvars, 'overlay_address'))) }}"
    bridge: ovs-lan

- name: Two hosts, by Geneve, with a key
  piecewise.cloud.ovs_overlay:
    name: lab
    host: hv1
    members:
      hv1: 192.0.2.1
      hv2: 192.0.2.2
    bridge: ovs-lab
    type: geneve
    key: 7
`,
  returns: {
    bridge: { description: 'The bridge that is joined.', returned: 'always', type: 'str', sample: 'ovs-lan' },
    peers: {
      description: 'The hosts that this one has tunnels to.',
      returned: 'always',
      type: 'list',
      elements: 'str',
      sample: ['hv2', 'hv3'],
    },
  },
});
