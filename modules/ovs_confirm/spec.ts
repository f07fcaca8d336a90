import { defineSpec } from '../lib/ansible/spec.ts';

export const spec = defineSpec({
  module: 'ovs_confirm',
  summary: 'Confirm that a host is reachable after its uplink became an Open vSwitch port',
  description: [
    'A task of M(piecewise.cloud.ovs_port) or M(piecewise.cloud.ovs_topology) with C(take_address=true) arms a rollback: the host restores its network by itself unless this module is run in time.',
    'Run it over a new connection (C(meta: reset_connection)), since an established connection may survive for a while and prove nothing.',
    'Without an unconfirmed change, nothing is done. It is an error when the change is being undone, or was undone.',
  ],
  seealso: ['piecewise.cloud.ovs_port'],
  requirements: ['systemd'],
  options: {},
  examples: `
- name: The uplink becomes a port of br-ex, which gets its addresses and routes
  piecewise.cloud.ovs_port:
    bridge: br-ex
    port: eth0
    type: system
    take_address: true
    rollback_timeout: 60

- name: Reconnect
  ansible.builtin.meta: reset_connection

- name: The host is still reachable
  piecewise.cloud.ovs_confirm:
`,
  returns: {
    port: {
      description: 'The interface whose change is confirmed.',
      returned: 'when a change was confirmed',
      type: 'str',
      sample: 'eth0',
    },
    bridge: {
      description: 'The bridge that it became a port of.',
      returned: 'when a change was confirmed',
      type: 'str',
      sample: 'br-ex',
    },
  },
});
