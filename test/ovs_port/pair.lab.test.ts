import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const PAIR = { bridge: 'br0', port: 'to-br1', peer: { bridge: 'br1', port: 'to-br0' } };

describe("ovs_port's patch pairs", () => {
  let lab: OvsLab;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  const fails = (more: object) => lab.fails('ovs_port', { ...PAIR, ...more });
  const ports = () => ovs('list-ports br0 | xargs; ovs-vsctl list-ports br1 | xargs');
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(() =>
    ovs(
      'add-br br0 -- set bridge br0 datapath_type=netdev -- add-br br1 -- set bridge br1 datapath_type=netdev',
    ),
  );
  afterEach(() => lab.clean());

  test('both ends are made, carry, and go together', async () => {
    await lab.changes('ovs_port', PAIR);
    expect(await ports()).toBe('to-br1\nto-br0');
    await lab.changes('ovs_port', { bridge: 'br0', port: 'a', address: '10.9.0.1/24' });
    await lab.changes('ovs_port', { bridge: 'br1', port: 'far0' });
    await lab.sh(
      'ip netns add far; ip link set far0 netns far; ip -n far address add 10.9.0.2/24 dev far0; ip -n far link set far0 up',
    );
    expect(await lab.sh("ping -c1 -W3 10.9.0.2 | grep -o ' 0% packet loss'; ip netns del far")).toBe(
      ' 0% packet loss',
    );
    await lab.keeps('ovs_port', { bridge: 'br1', port: 'to-br0', peer: { bridge: 'br0', port: 'to-br1' } });
    await lab.changes('ovs_port', { ...PAIR, trunks: [5] });
    expect(await ovs('get port to-br1 trunks -- get port to-br0 trunks')).toBe('[5]\n[]');
    await lab.changes('ovs_port', { ...PAIR, state: 'absent' });
    expect(await ports()).toBe('a\nfar0');
  });

  test('the other end may be in the list, be mended, and stays when it has another peer by now', async () => {
    const far = { bridge: 'br1', port: 'to-br0', trunks: [7] };
    await lab.changes('ovs_topology', { ports: [PAIR, far] });
    expect(await ovs('get port to-br0 trunks external_ids:piecewise-owner')).toBe('[7]\ntopology');
    await lab.keeps('ovs_topology', { ports: [PAIR, far], purge: true });
    await ovs('set interface to-br0 options:peer=nothing');
    await lab.changes('ovs_port', PAIR);
    await ovs('set interface to-br0 options:peer=another');
    await lab.changes('ovs_port', { ...PAIR, state: 'absent' });
    expect(await ovs('list-ports br1')).toBe('to-br0');
  });

  test('what a pair cannot be is an error that says what can', async () => {
    expect(await fails({ type: 'vxlan' })).toMatch(/^option 'type': .*leave it out/);
    expect(await fails({ options: { peer: 'x' } })).toMatch(/^option 'options': 'peer' is 'to-br0'/);
    expect(await fails({ peer: { bridge: 'br0', port: 'x' } })).toMatch(/^option 'peer.bridge': .*loop/);
    expect(await fails({ peer: { bridge: 'br1', port: 'to-br1' } })).toMatch(
      /^option 'peer.port': .*its own peer/,
    );
    expect(await fails({ peer: { bridge: 'br1' } })).toMatch(/^option 'peer.port': is required/);
    expect(await fails({ peer: { bridge: 'br2', port: 'x' } })).toMatch(/there is no bridge 'br2'/);
    expect(await fails({ peer: { bridge: 'br1', port: 'br1' } })).toMatch(
      /^option 'peer.port': 'br1' already exists/,
    );
    expect(await fails({ address: '10.9.0.1/24' })).toMatch(
      /^option 'address': a port of type 'patch' has no/,
    );
    const other = { bridge: 'br1', port: 'to-br0', peer: { bridge: 'br0', port: 'x' } };
    expect(await lab.fails('ovs_topology', { ports: [PAIR, other] })).toMatch(
      /^option 'ports\[0\].peer': ports\[1\] has/,
    );
  });

  test('two bridges that do RSTP are warned of, where it would end vswitchd', async () => {
    const bridges = ['br0', 'br1'].map((name) => ({ name, rstp_enable: true }));
    const { warnings } = await lab.run('ovs_topology', { bridges, ports: [PAIR] }, true);
    expect(warnings).toEqual([
      expect.stringMatching(/'br1' and 'br0' both do RSTP .* crashes vswitchd 3\.1/),
    ]);
  });
});
