import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const PORT = { bridge: 'br0', port: 'p0' };

describe("ovs_port's columns", () => {
  let lab: OvsLab;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  const fails = (more: object) => lab.fails('ovs_port', { ...PORT, ...more });
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(() => ovs('add-br br0 -- set bridge br0 datapath_type=netdev'));
  afterEach(() => lab.clean());

  test('a trunk, in whatever order, a native VLAN, and none of it', async () => {
    const get = () => ovs('get port p0 tag trunks vlan_mode');
    await lab.changes('ovs_port', { ...PORT, trunks: [300, 1, 20, 1] });
    expect(await get()).toBe('[]\n[1, 20, 300]\n[]');
    await lab.keeps('ovs_port', { ...PORT, trunks: '20,300,1' });
    await lab.keeps('ovs_port', PORT);
    await lab.changes('ovs_port', { ...PORT, tag: 7, vlan_mode: 'native-untagged' });
    expect(await get()).toBe('7\n[1, 20, 300]\nnative-untagged');
    expect(await fails({ vlan_mode: 'trunk' })).toMatch(/^option 'vlan_mode': .*the port's is 7/);
    await lab.changes('ovs_port', { ...PORT, tag: '', vlan_mode: '', trunks: [] });
    expect(await get()).toBe('[]\n[]\n[]');
    expect(await fails({ trunks: [4096] })).toBe("option 'trunks[0]': 4096 must be from 0 to 4095");
    expect(await fails({ tag: 5, trunks: [5] })).toMatch(/^option 'trunks': .*it is an access port/);
  });

  test('customer VLANs, of a dot1q-tunnel port only', async () => {
    expect(await fails({ tag: 5, cvlans: [8, 6] })).toMatch(/^option 'cvlans': .*'vlan_mode: dot1q-tunnel'/);
    await lab.changes('ovs_port', { ...PORT, tag: 5, cvlans: [8, 6], vlan_mode: 'dot1q-tunnel' });
    await lab.changes('ovs_port', { ...PORT, other_config: { 'qinq-ethtype': '802.1q' }, protected: true });
    expect(await ovs('get port p0 cvlans other_config:qinq-ethtype protected')).toBe(
      '[6, 8]\n"802.1q"\ntrue',
    );
    await lab.keeps('ovs_port', { ...PORT, cvlans: [6, 8] });
    await ovs('set port p0 other_config:theirs=1');
    await lab.changes('ovs_port', { ...PORT, cvlans: [], other_config: {}, protected: false });
    expect(await ovs('get port p0 cvlans other_config protected external_ids')).toBe(
      '[]\n{theirs="1"}\nfalse\n{}',
    );
  });

  test('MTU, MAC address and number; the addresses that another number costs are put back', async () => {
    const link = async () => JSON.parse(await lab.sh('ip -json link show p0'))[0];
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24', mtu_request: 1400 });
    await lab.sh('ip address add 10.8.0.1/24 dev p0');
    expect(await link()).toMatchObject({ mtu: 1400 });
    const { diff } = await lab.changes('ovs_port', { ...PORT, mac: '02:00:00:00:00:AB', ofport_request: 77 });
    expect(diff).toMatchObject([{ before: '{}\n' }]);
    expect(await link()).toMatchObject({ mtu: 1400, address: '02:00:00:00:00:ab' });
    expect(await ovs('get interface p0 ofport')).toBe('77');
    expect((await lab.addresses('p0')).sort()).toEqual(['10.8.0.1/24', '10.9.0.1/24']);
    expect((await link()).flags).toContain('UP');
    await lab.keeps('ovs_port', { ...PORT, mac: '02:00:00:00:00:ab', address: '10.9.0.1/24' });
    await lab.changes('ovs_port', { ...PORT, mac: '', mtu_request: '', ofport_request: '' });
    expect(await ovs('get interface p0 mac mtu_request ofport_request')).toBe('[]\n[]\n[]');
    expect((await lab.addresses('p0')).sort()).toEqual(['10.8.0.1/24', '10.9.0.1/24']);
    expect(await fails({ mtu_request: 67 })).toBe("option 'mtu_request': 67 must be from 68 to 65535");
    expect(await fails({ ofport_request: 65280 })).toMatch(/^option 'ofport_request': 65280/);
    expect(await fails({ mac: '2:0' })).toMatch(/^option 'mac': "2:0" must be six pairs/);
  });

  test('a tunnel of each type that this release has', async () => {
    const known = (await ovs('get open_vswitch . iface_types')).replace(/[[\],]/g, '').split(' ');
    const host = ['afxdp', 'afxdp-nonpmd', 'internal', 'patch', 'system', 'tap'];
    const tunnels = known.filter((type) => !host.includes(type));
    expect(tunnels).toEqual(expect.arrayContaining(['vxlan', 'geneve', 'gre', 'erspan', 'gtpu', 'bareudp']));
    for (const type of tunnels) {
      const remote_ip = type.startsWith('ip6') || type === 'srv6' ? 'fd00::2' : '192.0.2.2';
      expect(await fails({ port: 'tunnel', type })).toMatch(/^option 'options': .* needs 'remote_ip'/);
      const args = { ...PORT, port: 'tunnel', type, options: { remote_ip } };
      expect(await lab.changes('ovs_port', args)).toMatchObject({ type });
      expect(await ovs('get interface tunnel type error')).toBe(`${type}\n[]`);
      expect(Number(await ovs('get interface tunnel ofport'))).toBeGreaterThan(0);
      await lab.changes('ovs_port', { ...args, state: 'absent' });
    }
    expect(await fails({ type: 'dpdk' })).toMatch(/no interfaces of type 'dpdk'/);
  });

  test('an internal port with an address becomes a tunnel, and a tap', async () => {
    const clean = await lab.sh('ls /etc/network/interfaces.d; cat /run/network/ifstate');
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24' });
    expect(
      await fails({ type: 'geneve', options: { remote_ip: '192.0.2.2' }, address: '10.9.0.1/24' }),
    ).toMatch(/^option 'address': a port of type 'geneve' has no network interface/);
    await lab.changes('ovs_port', { ...PORT, type: 'geneve', options: { remote_ip: '192.0.2.2', key: 7 } });
    expect(await ovs('get interface p0 error')).toBe('[]');
    expect(await lab.sh('ls /etc/network/interfaces.d; cat /run/network/ifstate')).toBe(clean);
    expect(await lab.fails('ovs_port', { ...PORT, options: { key: 8 } })).toMatch(/needs 'remote_ip'/);
    await lab.changes('ovs_port', { ...PORT, options: { remote_ip: '192.0.2.3' } });
    expect(await ovs('get interface p0 options')).toBe('{remote_ip="192.0.2.3"}');
    await lab.changes('ovs_port', { ...PORT, port: 'tap0', type: 'tap', address: '10.9.1.1/24' });
    expect(await lab.addresses('tap0')).toEqual(['10.9.1.1/24']);
  });

  test('a pre-shared key is in the database, and in no output and no file', async () => {
    const [first, second] = ['Tr0ub4dor-one', 'Tr0ub4dor-two'];
    const tunnel = (psk: string) => ({
      ...PORT,
      port: 'tunnel',
      type: 'gre',
      options: { remote_ip: '192.0.2.2', psk },
    });
    const told = [
      await lab.changes('ovs_port', tunnel(first)),
      await lab.changes('ovs_port', tunnel(second)),
      await lab.run('ovs_port', { ...tunnel(first), mac: '02:00:00:00:00:01' }),
      await lab.run('ovs_port', { ...tunnel(first), options: `remote_ip=192.0.2.2 psk=${first}` }, true),
    ];
    expect(await ovs('get interface tunnel options:psk')).toBe(second);
    const ids = await ovs('get interface tunnel external_ids; ovs-vsctl get port tunnel external_ids');
    expect(ids).toMatch(/piecewise-keys/);
    told.push(await lab.changes('ovs_port', { ...tunnel(first), state: 'absent' }));
    expect(JSON.stringify(told)).toContain('******** (changed)');
    const kept = await lab.sh(
      'journalctl --no-pager; cat /var/log/openvswitch/*.log /var/log/syslog 2>/dev/null; true',
    );
    expect(kept).toContain('ovs-vsctl');
    for (const text of [JSON.stringify(told), ids, kept]) expect(text).not.toContain('Tr0ub4dor');
  });
});
