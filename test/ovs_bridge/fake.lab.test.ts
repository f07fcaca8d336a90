import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const FAKE = { bridge: 'vlan10', parent: 'br0', vlan: 10 };

describe('a bridge that is a VLAN of another', () => {
  let lab: OvsLab;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  const fails = (more: object) => lab.fails('ovs_bridge', { ...FAKE, ...more });
  const port = (name: string, more: object = {}) => ({ bridge: 'vlan10', port: name, ...more });
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(() => ovs('add-br br0 -- set bridge br0 datapath_type=netdev'));
  afterEach(() => lab.clean());

  test('is made as ovs-vsctl makes it, has ports, changes its VLAN with them, and is removed with them', async () => {
    await lab.changes('ovs_bridge', { ...FAKE, external_ids: { 'bridge-id': 'x' } });
    expect(await ovs('br-to-parent vlan10 -- br-to-vlan vlan10 -- br-get-external-id vlan10')).toBe(
      'br0\n10\nbridge-id=x',
    );
    await lab.keeps('ovs_bridge', { bridge: 'vlan10' });
    const { diff } = await lab.changes('ovs_port', port('p0', { address: '10.9.0.1/24' }));
    expect(JSON.stringify(diff)).toContain('\\"tag\\": 10');
    await ovs('add-port vlan10 vnet0 -- set interface vnet0 type=internal');
    await ovs('add-port br0 other tag=11 -- set interface other type=internal');
    expect(await ovs('list-ports vlan10 | xargs')).toBe('p0 vnet0');
    await lab.keeps('ovs_port', port('vnet0'));
    await lab.changes('ovs_bridge', { ...FAKE, vlan: 12, external_ids: {} });
    expect(
      await ovs('br-to-vlan vlan10 -- br-get-external-id vlan10; ovs-vsctl list-ports vlan10 | xargs'),
    ).toBe('12\np0 vnet0');
    expect(await lab.addresses('p0')).toEqual(['10.9.0.1/24']);
    await lab.changes('ovs_bridge', { bridge: 'vlan10', state: 'absent' });
    expect(await ovs('list-ports br0 | xargs; ls /etc/network/interfaces.d')).toBe('other');
  });

  test('in one task with its parent and an address, beside another, and moved to and from', async () => {
    await lab.changes('ovs_topology', {
      bridges: [
        { name: 'br1', datapath_type: 'netdev' },
        { name: 'vlan10', parent: 'br1', vlan: 10 },
        { name: 'vlan11', parent: 'br1', vlan: 11 },
      ],
      ports: [port('vlan10', { address: '10.9.0.1/24' }), port('p0'), { bridge: 'br0', port: 'p1' }],
    });
    expect(await lab.addresses('vlan10')).toEqual(['10.9.0.1/24']);
    await lab.changes('ovs_port', { bridge: 'vlan11', port: 'p0' });
    await lab.changes('ovs_port', { bridge: 'vlan11', port: 'p1' });
    expect(await ovs('list-ports vlan11 | xargs; ovs-vsctl list-ports vlan10')).toBe('p0 p1');
    expect(await lab.run('ovs_port', port('p0', { state: 'absent' }))).toMatchObject({
      changed: false,
      warnings: [expect.stringMatching(/^port 'p0' is on bridge 'br1', and not in its VLAN 10/)],
    });
    await lab.changes('ovs_port', { bridge: 'vlan11', port: 'p0', state: 'absent' });
    await lab.changes('ovs_topology', { bridges: [{ name: 'br1', state: 'absent' }] });
    expect(await ovs('list-br')).toBe('br0');
  });

  test('what it cannot be is an error that says what can', async () => {
    expect(await lab.fails('ovs_bridge', { bridge: 'vlan10', parent: 'br0' })).toBe(
      "option 'vlan': is required with 'parent'",
    );
    expect(await lab.fails('ovs_bridge', { bridge: 'vlan10', vlan: 10 })).toBe(
      "option 'parent': is required with 'vlan'",
    );
    expect(await fails({ parent: 'nowhere' })).toMatch(/there is no bridge 'nowhere'/);
    expect(await fails({ fail_mode: 'secure' })).toMatch(/^option 'fail_mode': .* set it on 'br0'/);
    expect(await fails({ bridge: 'br0', parent: 'br0' })).toMatch(
      /^option 'parent': 'br0' already exists, and is no VLAN/,
    );
    await ovs(
      'add-br br1 -- set bridge br1 datapath_type=netdev -- add-port br1 p0 -- set interface p0 type=internal',
    );
    expect(await fails({ bridge: 'p0' })).toMatch(/^option 'bridge': 'p0' is already a port of bridge 'br1'/);
    await lab.changes('ovs_bridge', FAKE);
    expect(await fails({ bridge: 'other' })).toMatch(
      /^option 'vlan': VLAN 10 of 'br0' is already the fake bridge 'vlan10'/,
    );
    expect(await fails({ parent: 'br1' })).toMatch(/^option 'parent': 'vlan10' is a VLAN of 'br0'/);
    expect(await fails({ bridge: 'other', parent: 'vlan10' })).toMatch(
      /^option 'parent': .* give that bridge/,
    );
    expect(await lab.fails('ovs_port', port('p1', { tag: 11 }))).toMatch(
      /^option 'tag': 'vlan10' is VLAN 10 of/,
    );
  });
});
