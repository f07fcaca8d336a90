import { expect, test } from 'vitest';
import { describeDatabase } from '../../modules/lib/ovs/rows/describe.ts';
import { type Database, EMPTY } from '../../modules/lib/ovs/tables.ts';
import { RETURNS } from '../../modules/ovs_info/returns.ts';

const map = { key: 'value' };

const bridge: Database['bridges'][number] = {
  ...{ _uuid: 'b', name: 'br0', ports: ['p', 'bond', 'fake'], controller: ['c'] },
  ...{ datapath_type: 'netdev', fail_mode: 'secure', protocols: ['OpenFlow13'] },
  ...{ stp_enable: true, rstp_enable: true, mcast_snooping_enable: true },
  ...{ external_ids: map, other_config: map },
};

const port: Database['ports'][number] = {
  ...{ _uuid: 'p', name: 'p', interfaces: ['i'], fake_bridge: false },
  ...{ tag: 1, trunks: [2], vlan_mode: 'trunk', cvlans: [3], protected: true },
  ...{ bond_mode: 'balance-slb', lacp: 'active', bond_updelay: 1, bond_downdelay: 1 },
  ...{ external_ids: map, other_config: map },
};

const iface: Database['interfaces'][number] = {
  ...{ _uuid: 'i', name: 'p', type: 'vxlan', options: map, mac: '02:00:00:00:00:01', mtu_request: 1400 },
  ...{ ofport: 1, ofport_request: 1, error: 'broken', link_state: 'up', mtu: 1400 },
  ...{ mac_in_use: '02:00:00:00:00:01', external_ids: map },
};

/** A database in which nothing is at its default. */
const database: Database = {
  root: { ...EMPTY.root, ovs_version: '3.1.0', iface_types: ['system'] },
  bridges: [bridge],
  controllers: [{ _uuid: 'c', target: 'ptcp:6653' }],
  ports: [
    port,
    { ...port, _uuid: 'bond', name: 'bond', interfaces: ['x', 'y'] },
    {
      ...port,
      _uuid: 'fake',
      name: 'vlan1',
      interfaces: [],
      fake_bridge: true,
      external_ids: { 'fake-bridge-a': 'b' },
    },
  ],
  interfaces: [iface, { ...iface, _uuid: 'x', name: 'x' }, { ...iface, _uuid: 'y', name: 'y' }],
};

test.each(['bridges', 'ports', 'interfaces'])('all fields of %s are documented', (list) => {
  const found = describeDatabase(database)[list] as object[];
  const fields = new Set(found.flatMap(Object.keys));
  expect([...fields].sort()).toEqual(Object.keys(RETURNS[list]?.contains ?? {}).sort());
});

test('all that is returned is documented', () => {
  expect(Object.keys(describeDatabase(database)).sort()).toEqual(Object.keys(RETURNS).sort());
});
