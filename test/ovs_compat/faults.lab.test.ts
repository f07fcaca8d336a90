import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';
import { type Theirs, theirModules } from './theirs.ts';

// What the widely used Python modules fail on, each reproduced with the very task that ours then does.
const NICS = ['n0', 'n1', 'n2'];

describe('what openvswitch.openvswitch fails on', () => {
  let lab: OvsLab;
  let theirs: Theirs;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  const diffOf = ({ diff }: Result) => JSON.stringify(diff);
  beforeAll(async () => {
    const hypervisor = await sharedHypervisor();
    lab = new OvsLab(hypervisor);
    theirs = await theirModules(hypervisor);
    await lab.clean();
    for (const nic of NICS) await lab.sh(`ip link add ${nic} type veth peer name ${nic}x`);
  });
  beforeEach(() => ovs('add-br br0 -- set bridge br0 datapath_type=netdev'));
  afterEach(() => lab.clean());
  afterAll(async () => {
    for (const nic of NICS) await lab.sh(`ip link del ${nic}`);
  });

  test("a bridge that is 'secure', when fail_mode isn't given", async () => {
    await ovs('set-fail-mode br0 secure');
    const task = { bridge: 'br0', external_ids: { 'bridge-id': 'x' } };
    expect((await theirs('openvswitch_bridge', { bridge: 'br0' })).msg).toContain('fail-mode must be');
    expect(diffOf(await lab.changes('ovs_bridge', task))).toContain('bridge-id');
    expect(await ovs('get-fail-mode br0')).toBe('secure');
    await lab.changes('ovs_bridge', { bridge: 'br0', fail_mode: '' });
    expect(await ovs('get-fail-mode br0')).toBe('');
  });

  test("a tagged port, when tag isn't given", async () => {
    await ovs('add-port br0 p0 tag=25 -- set interface p0 type=internal');
    const task = { bridge: 'br0', port: 'p0', external_ids: { a: '1' } };
    expect((await theirs('openvswitch_port', { bridge: 'br0', port: 'p0' })).msg).toContain('None');
    await lab.keeps('ovs_port', { bridge: 'br0', port: 'p0' });
    expect(diffOf(await lab.changes('ovs_port', task))).not.toContain('tag');
    expect(await ovs('get port p0 tag external_ids:a')).toBe('25\n"1"');
  });

  test('a port that is on another bridge', async () => {
    await ovs('add-br br1 -- set bridge br1 datapath_type=netdev');
    await ovs('add-port br1 p0 tag=25 -- set interface p0 type=internal external_ids:theirs=1');
    const task = { bridge: 'br0', port: 'p0', tag: 25 };
    expect((await theirs('openvswitch_port', { ...task, tag: '25' })).msg).toMatch(/already|exists/);
    const { diff } = await lab.changes('ovs_port', task);
    expect(diff).toMatchObject([
      { before: expect.stringContaining('br1'), after: expect.stringContaining('br0') },
    ]);
    expect(await ovs('port-to-br p0 -- get port p0 tag -- get interface p0 external_ids:theirs type')).toBe(
      'br0\n25\n"1"\ninternal',
    );
  });

  test("a value of external_ids that has '='", async () => {
    await ovs('add-port br0 p0 -- set interface p0 type=internal');
    await ovs('set port p0 external_ids:url=a=b -- br-set-external-id br0 url a=b');
    const port = { bridge: 'br0', port: 'p0', external_ids: { url: 'c=d,e={f}' } };
    const bridge = { bridge: 'br0', external_ids: { url: 'c=d\n"e"' } };
    expect((await theirs('openvswitch_port', port)).exception).toContain('ValueError');
    expect((await theirs('openvswitch_bridge', bridge)).exception).toContain('ValueError');
    expect(diffOf(await lab.changes('ovs_port', port))).toContain('c=d,e={f}');
    await lab.changes('ovs_bridge', bridge);
    expect(await ovs('get port p0 external_ids:url -- get bridge br0 external_ids:url')).toBe(
      '"c=d,e={f}"\n"c=d\\n\\"e\\""',
    );
  });

  test('a bond whose members change', async () => {
    await ovs('add-bond br0 bond0 n0 n1 bond_mode=balance-slb');
    const task = { bridge: 'br0', port: 'bond0', interfaces: ['n0', 'n2'], bond_mode: 'active-backup' };
    expect(await theirs('openvswitch_bond', task)).toMatchObject({ changed: false });
    expect(diffOf(await lab.changes('ovs_port', task))).toMatch(/n1.*n2/);
    expect(await ovs('list-ifaces br0 | sort | xargs; ovs-vsctl get port bond0 bond_mode')).toBe(
      'n0 n2\nactive-backup',
    );
  });

  test('trunks', async () => {
    await ovs('add-port br0 p0 trunks=10 -- set interface p0 type=internal');
    const task = { bridge: 'br0', port: 'p0' };
    expect(await theirs('openvswitch_port', { ...task, set: ['port p0 trunks=10,25'] })).toMatchObject({
      changed: false,
    });
    expect(await theirs('openvswitch_port', { ...task, trunks: [10, 25] })).toMatchObject({ failed: true });
    expect(await ovs('get port p0 trunks')).toBe('[10]');
    expect(diffOf(await lab.changes('ovs_port', { ...task, trunks: [25, 10] }))).toContain('25');
    expect(await ovs('get port p0 trunks')).toBe('[10, 25]');
  });

  test("'parent' without 'vlan'", async () => {
    const task = { bridge: 'vlan10', parent: 'br0' };
    // It has ovs-vsctl make a bridge of VLAN 'None', and that is 0.
    expect(await theirs('openvswitch_bridge', task)).toMatchObject({ changed: true });
    expect(await ovs('br-to-vlan vlan10 -- del-br vlan10')).toBe('0');
    expect(await lab.fails('ovs_bridge', task)).toMatch(/'vlan'/);
    expect(diffOf(await lab.changes('ovs_bridge', { ...task, vlan: 10 }))).toContain('10');
    expect(await ovs('br-to-parent vlan10 -- br-to-vlan vlan10')).toBe('br0\n10');
    await lab.keeps('ovs_bridge', { bridge: 'vlan10' });
  });
});
