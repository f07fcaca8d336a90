import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const NICS = ['n0', 'n1', 'n2'];
const BOND = { bridge: 'br0', port: 'bond0' };

describe("ovs_port's bonds", () => {
  let lab: OvsLab;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  const fails = (more: object) => lab.fails('ovs_port', { ...BOND, ...more });
  const members = () => lab.sh('ovs-vsctl list-ifaces br0 | sort | xargs');
  const flags = async (nic: string) => JSON.parse(await lab.sh(`ip -json link show ${nic}`))[0].flags;
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(async () => {
    await ovs('add-br br0 -- set bridge br0 datapath_type=netdev');
    for (const nic of NICS)
      await lab.sh(`ip link add ${nic} type veth peer name ${nic}x; ip link set ${nic}x up`);
  });
  afterEach(async () => {
    await lab.clean();
    for (const nic of NICS) await lab.sh(`ip link del ${nic}`);
  });

  test('a bond is made, gets and loses members, changes its mode, and is brought up by its members', async () => {
    const { diff } = await lab.changes('ovs_port', {
      ...BOND,
      interfaces: ['n1', 'n0'],
      tag: 5,
      mode: 'manual',
    });
    expect(JSON.stringify(diff)).toContain('ovs_port_n1');
    expect(await lab.sh('ovs-appctl bond/show bond0 | grep ^member | sort | xargs')).toBe(
      'member n0: enabled member n1: enabled',
    );
    expect(await flags('n0')).toContain('UP');
    await lab.keeps('ovs_port', { ...BOND, interfaces: ['n0', 'n1'] });
    await lab.keeps('ovs_port', BOND);
    await lab.sh('ovs-vsctl set port bond0 external_ids:theirs=1');
    const swap = { ...BOND, interfaces: ['n0', 'n2'], mode: 'manual' };
    const changed = await lab.changes('ovs_port', { ...swap, bond_mode: 'balance-slb', bond_updelay: 100 });
    const [{ before, after }] = changed.diff as [{ before: string; after: string }];
    expect([before, after]).toEqual([
      expect.stringMatching(/"n0",\s+"n1"/),
      expect.stringMatching(/"n0",\s+"n2"/),
    ]);
    expect(await members()).toBe('n0 n2');
    expect(await ovs('get port bond0 tag bond_mode bond_updelay external_ids:theirs')).toBe(
      '5\nbalance-slb\n100\n"1"',
    );
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('ovs_port_n0\novs_port_n2');
    await lab.changes('ovs_port', { ...BOND, mtu_request: 1400 });
    expect(await ovs('get interface n2 mtu_request -- get interface n0 mtu')).toBe('1400\n1400');
    await lab.changes('ovs_port', { ...BOND, lacp: 'active', bond_mode: 'balance-tcp', bond_downdelay: 50 });
    await lab.changes('ovs_port', { ...BOND, lacp: '', bond_mode: '', bond_updelay: 0, bond_downdelay: 0 });
    expect(await ovs('get port bond0 lacp bond_mode bond_updelay')).toBe('[]\n[]\n0');
    await lab.keeps('ovs_port', { ...BOND, lacp: false });
    await lab.changes('ovs_port', { ...BOND, state: 'absent' });
    expect(await lab.sh('ovs-vsctl list-ports br0; ls /etc/network/interfaces.d')).toBe('');
  });

  test('a NIC moves from its own port into a bond, and back, in one task', async () => {
    const bridges = [{ name: 'br0' }];
    await lab.changes('ovs_port', { bridge: 'br0', port: 'n0', type: 'system', mode: 'manual' });
    expect(await fails({ interfaces: ['n0', 'n1'] })).toMatch(
      /^option 'interfaces': 'n0' is already a port on bridge 'br0': .*'state: absent'/,
    );
    const bond = { ...BOND, interfaces: ['n0', 'n1'], mode: 'manual' };
    const alone = { bridge: 'br0', port: 'n0', type: 'system', mode: 'manual' };
    await lab.changes('ovs_topology', { bridges, ports: [bond, { ...alone, state: 'absent' }] });
    expect(await members()).toBe('n0 n1');
    expect(await lab.sh('ls /etc/network/interfaces.d | xargs')).toBe('ovs_port_n0 ovs_port_n1');
    expect(await lab.fails('ovs_port', alone)).toMatch(/^option 'port': 'n0' is already in the bond 'bond0'/);
    await lab.changes('ovs_topology', { bridges, ports: [{ ...bond, interfaces: ['n1', 'n2'] }, alone] });
    expect(await members()).toBe('n0 n1 n2');
    expect(await ovs('list-ports br0')).toBe('bond0\nn0');
    await lab.changes('ovs_topology', {
      bridges,
      ports: [
        { ...BOND, state: 'absent' },
        { ...alone, port: 'n1' },
      ],
    });
    expect(await ovs('list-ports br0')).toBe('n0\nn1');
    expect(await lab.sh('ls /etc/network/interfaces.d | xargs')).toBe('ovs_port_n0 ovs_port_n1');
  });

  test('a bond moves to another bridge with its members', async () => {
    await ovs('add-br br1 -- set bridge br1 datapath_type=netdev');
    await lab.changes('ovs_port', { ...BOND, interfaces: ['n0', 'n1'], bond_mode: 'balance-slb' });
    await lab.changes('ovs_port', { ...BOND, bridge: 'br1' });
    expect(await lab.sh('ovs-vsctl list-ifaces br1 | sort | xargs')).toBe('n0 n1');
    expect(await ovs('get port bond0 bond_mode')).toBe('balance-slb');
  });

  test('what a bond cannot be is an error that says what can', async () => {
    const two = { interfaces: ['n0', 'n1'] };
    expect(await fails({ ...two, address: '10.9.0.1/24' })).toMatch(
      /^option 'address': a bond has no network/,
    );
    expect(await fails({ ...two, bond_mode: 'balance-tcp' })).toMatch(
      /^option 'bond_mode': .*'lacp: active'/,
    );
    expect(await fails({ ...two, ofport_request: 5 })).toMatch(/^option 'ofport_request': 'bond0' is a bond/);
    expect(await fails({ interfaces: ['n0', 'nowhere'] })).toMatch(/this host has no interface 'nowhere'/);
    expect(await fails({ interfaces: ['n0', 'a-name-of-16-chr'] })).toMatch(/^option 'interfaces\[1\]': /);
    expect(await fails({ interfaces: [] })).toMatch(/^option 'interfaces': a port has at least one/);
    expect(await fails({ port: 'p0', bond_mode: 'balance-slb' })).toMatch(
      /^option 'bond_mode': .*'interfaces'/,
    );
    const twice = [
      { ...BOND, ...two },
      { ...BOND, port: 'bond1', interfaces: ['n1'] },
    ];
    expect(await lab.fails('ovs_topology', { ports: twice })).toBe(
      "option 'ports[1].interfaces': 'n1' is already in ports[0]",
    );
    await lab.changes('ovs_port', { ...BOND, ...two });
    expect(await lab.fails('ovs_port', { ...BOND, port: 'bond1', interfaces: ['n1', 'n2'] })).toMatch(
      /^option 'interfaces': 'n1' is already in the bond 'bond0'/,
    );
  });
});
