import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';
import { runModule, type Target } from '../support/module.ts';

const NICS = ['n0', 'n1'];

const TOPOLOGY = {
  bridges: [
    {
      name: 'br0',
      datapath_type: 'netdev',
      fail_mode: 'secure',
      controller: ['ptcp:6654', 'tcp:[::1]:6653'],
    },
    { name: 'br1', datapath_type: 'netdev', external_ids: { a: 'b=c' }, protocols: ['OpenFlow13'] },
    { name: 'vlan10', parent: 'br1', vlan: 10, external_ids: { k: 'v' } },
  ],
  ports: [
    { bridge: 'br0', port: 'bond0', interfaces: NICS, bond_mode: 'balance-slb', trunks: [5, 6] },
    { bridge: 'br0', port: 'to-br1', peer: { bridge: 'br1', port: 'to-br0' } },
    { bridge: 'br1', port: 'br1', tag: 7 },
    { bridge: 'br1', port: 'tunnel', type: 'vxlan', options: { remote_ip: '192.0.2.2', psk: 'Tr0ub4dor' } },
    { bridge: 'vlan10', port: 'p0', mtu_request: 1400 },
  ],
};

describe('ovs_info', () => {
  let lab: OvsLab;
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(async () => {
    for (const nic of NICS) await lab.sh(`ip link add ${nic} type veth peer name ${nic}x`);
  });
  afterEach(async () => {
    await lab.clean();
    for (const nic of NICS) await lab.sh(`ip link del ${nic} 2>/dev/null || true`);
  });

  test('hands out what ovs_topology takes, and what became of it', async () => {
    await lab.changes('ovs_topology', TOPOLOGY);
    await lab.sh('ovs-vsctl add-port br0 nowhere 2>/dev/null || true');
    await lab.sh('ovs-vsctl set interface p0 external_ids:iface-id=theirs');
    const info = (await lab.run('ovs_info', {})) as Record<string, unknown>;
    expect(info).toMatchObject({ changed: false, pending: false, version: '3.1.0' });
    expect(JSON.stringify(info)).not.toMatch(/Tr0ub4dor|piecewise/);
    expect(info.bridges).toEqual(TOPOLOGY.bridges);
    expect(info.ports).toContainEqual({ bridge: 'br1', port: 'br1', tag: 7 });
    const interfaces = info.interfaces as { name: string }[];
    const find = (name: string) => interfaces.find((one) => one.name === name);
    expect(find('nowhere')).toMatchObject({
      port: 'nowhere',
      error: expect.stringContaining('No such device'),
    });
    expect(find('n1')).toMatchObject({ port: 'bond0', type: 'system', link_state: 'down' });
    expect(find('p0')).toMatchObject({ mtu: 1400, external_ids: { 'iface-id': 'theirs' } });
    const { bridges, ports } = info as { bridges: object[]; ports: { port: string; options?: object }[] };
    const fed = ports
      .filter(({ port }) => port !== 'nowhere')
      .map((one) =>
        one.port === 'tunnel' ? { ...one, options: { ...one.options, psk: 'Tr0ub4dor' } } : one,
      );
    await lab.keeps('ovs_topology', { bridges, ports: fed });
    // And elsewhere it makes the same.
    const show = async () =>
      (await lab.sh('ovs-vsctl del-port nowhere 2>/dev/null; ovs-vsctl show | tail -n +2'))
        .split('\n')
        .sort();
    const was = await show();
    await lab.sh('for b in br0 br1; do ovs-vsctl del-br $b; done');
    await lab.changes('ovs_topology', { bridges, ports: fed });
    expect(await show()).toEqual(was);
  });

  test.each([false, true])('says that it needs root, and nothing else (check mode: %s)', async (check) => {
    const another: Target = {
      exec: (argv, options) =>
        lab.hypervisor.exec(['setpriv', '--reuid=nobody', '--clear-groups', ...argv], options),
    };
    expect(await runModule(another, 'ovs_info', {}, { check })).toEqual({
      changed: false,
      failed: true,
      diff: [],
      msg: '/var/run/openvswitch/db.sock: permission denied: run the task with become',
    });
  });

  test('says where there is none', async () => {
    const args = { database_socket: '/run/nothing.sock' };
    const message = /there is no \/run\/nothing.sock: /;
    expect(await lab.fails('ovs_info', args)).toMatch(message);
    expect(await lab.run('ovs_info', args, true)).toMatchObject({
      bridges: [],
      warnings: [expect.stringMatching(message)],
    });
  });
});
