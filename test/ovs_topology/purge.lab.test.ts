import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const bridge = (name: string, more: object = {}) => ({ name, datapath_type: 'netdev', ...more });
const port = (name: string, more: object = {}) => ({ bridge: 'br0', port: name, ...more });

describe('ovs_topology, purge', () => {
  let lab: OvsLab;
  const ports = (name = 'br0') => lab.sh(`ovs-vsctl list-ports ${name} | xargs`);
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  afterEach(() => lab.clean());

  test('removes what it created and no longer lists, with addresses and files, and nothing else', async () => {
    const listed = { bridges: [bridge('br0')], ports: [port('a'), port('b', { address: '10.9.0.1/24' })] };
    await lab.sh('ovs-vsctl add-br br1 -- set bridge br1 datapath_type=netdev');
    await lab.changes('ovs_topology', { ...listed, purge: true });
    await lab.changes('ovs_port', port('single'));
    await lab.changes('ovs_topology', { ports: [port('overlay0')], owner: 'overlay', purge: true });
    await lab.sh('ovs-vsctl add-port br0 vnet0 -- set interface vnet0 type=internal');
    await lab.keeps('ovs_topology', { ...listed, purge: true });
    await lab.keeps('ovs_topology', { bridges: [bridge('br0')] });
    // One that was there before isn't made its own by being listed.
    await lab.changes('ovs_topology', { ports: [port('a'), port('vnet0', { tag: 5 })] });
    const { diff } = await lab.changes('ovs_topology', { ...listed, ports: [port('a')], purge: true });
    expect((diff as { before_header: string }[]).map((one) => one.before_header)).toEqual([
      'remove port b',
      'configure interface b',
      '/etc/network/interfaces.d/ovs_port_b',
    ]);
    expect(await ports()).toBe('a overlay0 single vnet0');
    expect(await lab.sh('ovs-vsctl list-br | xargs; ls /etc/network/interfaces.d')).toBe('br0 br1');
  });

  test('a bridge is removed with its own ports, and kept while there are others', async () => {
    const listed = { bridges: [bridge('br0'), bridge('br1')], ports: [port('a')] };
    await lab.changes('ovs_topology', listed);
    await lab.sh('ovs-vsctl add-port br0 vnet0 -- set interface vnet0 type=internal');
    const none = { bridges: [], ports: [], purge: true };
    const { warnings } = await lab.changes('ovs_topology', none);
    expect(warnings).toEqual([expect.stringMatching(/^bridge 'br0' .* vnet0$/)]);
    expect(await lab.sh('ovs-vsctl list-br | xargs')).toBe('br0');
    expect(await ports()).toBe('vnet0');
    await lab.sh('ovs-vsctl del-port vnet0');
    await lab.changes('ovs_topology', none);
    expect(await lab.sh('ovs-vsctl list-br')).toBe('');
  });

  test('a port that moves off a bridge keeps it from nothing', async () => {
    await lab.changes('ovs_topology', { bridges: [bridge('br0'), bridge('br1')], ports: [port('a')] });
    const moved = { bridges: [bridge('br1')], ports: [port('a', { bridge: 'br1' })], purge: true };
    await lab.changes('ovs_topology', moved);
    expect(await lab.sh('ovs-vsctl list-br')).toBe('br1');
    expect(await ports('br1')).toBe('a');
  });

  // ifdown --all takes down the loopback, and each port that others are reached by.
  test('a port that is named like an option takes nothing else down', async () => {
    const listed = { bridges: [bridge('br0')], ports: [port('b', { address: '10.9.0.1/24' })], purge: true };
    await lab.changes('ovs_topology', listed);
    await lab.sh(`ovs-vsctl add-port br0 -a -- set interface -a type=internal \
      -- set port -a external_ids:piecewise-owner=topology
      cd /etc/network/interfaces.d && sed 's/\\bb\\b/-a/g; s/10\\.9\\.0/10.9.1/' ovs_port_b >ovs_port_-a
      echo -a=-a >>/run/network/ifstate; echo -a >/run/network/ifstate.-a`);
    const reachable =
      'ip -oneline -4 address show scope host; ip -oneline -4 address show b; ip -brief link show lo up; ip -brief link show b up; sort /run/network/ifstate';
    const before = await lab.sh(reachable);
    const { diff } = await lab.changes('ovs_topology', listed);
    expect((diff as { before_header: string }[]).map((one) => one.before_header)).toContain('remove port -a');
    expect(before).toContain('-a=-a');
    expect(await lab.sh(reachable)).toBe(before.replace('-a=-a\n', ''));
    expect(await ports()).toBe('b');
  });

  test('a port of such a name is not taken from a task', async () => {
    const listed = { bridges: [bridge('br0')], ports: [port('-a')] };
    expect(await lab.fails('ovs_topology', listed)).toBe(
      `option 'ports[0].port': "-a" must not begin with '-', which a command would take for an option`,
    );
    expect(await lab.sh('ovs-vsctl list-br')).toBe('');
  });
});
