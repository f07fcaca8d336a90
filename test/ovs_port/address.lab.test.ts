import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const PORT = { bridge: 'br0', port: 'p0', address: ['10.9.0.2/24', 'fd00:9::2/64'] };

describe("ovs_port's routes and name servers", () => {
  let lab: OvsLab;
  const fails = (more: object) => lab.fails('ovs_port', { ...PORT, ...more });
  const routes = (port = 'p0') =>
    lab.sh(
      `{ ip -4 route show dev ${port}; ip -6 route show dev ${port}; } | grep -v 'proto kernel' | cut -d' ' -f1-3 | sort`,
    );
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(() => lab.sh('ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev'));
  afterEach(async () => {
    await lab.clean();
    await lab.sh('ip link del n0 2>/dev/null || true');
  });

  test('a gateway and routes come, change and go; those of others stay; networking starts with them again', async () => {
    await lab.changes('ovs_port', {
      ...PORT,
      gateway: ['10.9.0.1', 'fd00:9::1'],
      routes: [{ to: '10.20.0.0/16', via: '10.9.0.7' }, { to: '10.30.0.0/16' }],
    });
    const all =
      '10.20.0.0/16 via 10.9.0.7\n10.30.0.0/16 scope link\ndefault via 10.9.0.1\ndefault via fd00:9::1';
    expect(await routes()).toBe(all);
    await lab.sh('ip route add 10.40.0.0/16 via 10.9.0.9');
    await lab.sh('systemctl restart networking');
    expect(await routes()).toBe(all);
    await lab.sh('ip route add 10.40.0.0/16 via 10.9.0.9');
    const { diff } = await lab.changes('ovs_port', {
      ...PORT,
      gateway: '10.9.0.8',
      routes: [{ to: '10.20.0.0/16', via: '10.9.0.7', metric: 5 }],
    });
    expect(diff).toMatchObject([{ after_header: 'configure interface p0' }, {}]);
    expect(await routes()).toBe('10.20.0.0/16 via 10.9.0.7\n10.40.0.0/16 via 10.9.0.9\ndefault via 10.9.0.8');
    // The kernel drops them all with the last address.
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.3/24', gateway: '10.9.0.8' });
    expect(await routes()).toMatch(/^(10.40.0.0\/16 via 10.9.0.9\n)?default via 10.9.0.8$/);
    await lab.sh('ip route flush 10.40.0.0/16');
    await lab.keeps('ovs_port', { bridge: 'br0', port: 'p0' });
    await lab.changes('ovs_port', { bridge: 'br0', port: 'p0', address: '10.9.0.3/24' });
    expect(await routes()).toBe('');
  });

  test('an interface that is made anew has its routes back, whoever made them', async () => {
    await lab.sh('ovs-vsctl add-br br1 -- set bridge br1 datapath_type=netdev');
    await lab.changes('ovs_port', { ...PORT, gateway: '10.9.0.1' });
    await lab.sh('ip route add 10.40.0.0/16 via 10.9.0.9');
    await lab.changes('ovs_port', { bridge: 'br1', port: 'p0' });
    expect(await routes()).toBe('10.40.0.0/16 via 10.9.0.9\ndefault via 10.9.0.1');
  });

  test("a bridge's own interface has them by its own options", async () => {
    const bridge = { bridge: 'br0', address: '10.9.0.2/24', gateway: '10.9.0.1' };
    expect(await lab.changes('ovs_bridge', bridge)).toMatchObject({ addresses: ['10.9.0.2/24'] });
    expect(await routes('br0')).toBe('default via 10.9.0.1');
    await lab.keeps('ovs_bridge', { bridge: 'br0' });
    await lab.keeps('ovs_port', { ...bridge, port: 'br0' });
    const { bridge: name, ...more } = bridge;
    await lab.keeps('ovs_topology', { bridges: [{ name, ...more }] });
    const own = { bridge: 'br0', port: 'br0', address: '10.9.0.3/24' };
    expect(await lab.fails('ovs_topology', { bridges: [{ name, ...more }], ports: [own] })).toBe(
      "option 'ports[0].port': 'br0' is in bridges[0] already",
    );
    await lab.changes('ovs_bridge', { bridge: 'br0', address: '' });
    expect(await lab.addresses('br0')).toEqual([]);
    await lab.changes('ovs_bridge', bridge);
    await lab.changes('ovs_bridge', { bridge: 'br0', state: 'absent' });
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  });

  test('name servers are given to resolvconf where it is, and one is warned where nothing reads them', async () => {
    const dns = { ...PORT, dns: ['192.0.2.53', 'fd00::53'], dns_search: ['example.org'] };
    const { warnings } = await lab.changes('ovs_port', dns);
    expect(warnings).toEqual([expect.stringMatching(/^'dns' is kept, and nothing .* install resolvconf/)]);
    expect(await lab.sh('cat /etc/network/interfaces.d/ovs_port_p0')).toContain('dns-search example.org');
    await lab.sh('apt-get install -y -qq resolvconf >/dev/null 2>&1; resolvconf --enable-updates');
    try {
      const asked = () => lab.sh('grep "^[ns]" /run/resolvconf/resolv.conf; true');
      await lab.changes('ovs_port', { ...dns, dns: ['192.0.2.54'] });
      expect(await asked()).toBe('nameserver 192.0.2.54\nsearch example.org');
      await lab.sh('systemctl restart networking');
      expect(await asked()).toBe('nameserver 192.0.2.54\nsearch example.org');
      await lab.changes('ovs_port', { ...PORT, state: 'absent' });
      expect(await asked()).toBe('');
    } finally {
      // It leaves what it made, and would take it for the host's own the next time.
      await lab.sh('apt-get purge -y -qq resolvconf >/dev/null 2>&1; rm -f /etc/resolv.conf');
    }
  });

  test('what cannot be is an error that names the option, and nothing is written', async () => {
    expect(await fails({ gateway: '10.8.0.1' })).toMatch(/^option 'gateway': '10.8.0.1' is in no network/);
    expect(await fails({ gateway: ['10.9.0.1', '10.9.0.3'] })).toMatch(/^option 'gateway': two of IPv4/);
    expect(await fails({ address: '', gateway: '10.9.0.1' })).toMatch(
      /^option 'gateway': 'mode: manual' has none/,
    );
    expect(await fails({ routes: [{ to: '10.1.2.3/8' }] })).toBe(
      "option 'routes[0]': '10.1.2.3/8' is an address within 10.0.0.0/8: give the network",
    );
    expect(await fails({ routes: [{ to: '10.0.0.0/8', via: 'fd00:9::1' }] })).toMatch(
      /^option 'routes\[0\]': .* is IPv6/,
    );
    expect(await fails({ routes: [{ to: '10.0.0.0/8', via: '10.8.0.1' }] })).toMatch(
      /^option 'routes\[0\].via'/,
    );
    expect(await fails({ gateway: '10.9.0.1', routes: [{ to: 'default', via: '10.9.0.3' }] })).toMatch(
      /^option 'routes': two routes/,
    );
    expect(await fails({ dns: ['ns.example.org'] })).toBe(
      "option 'dns': 'ns.example.org' is not an IP address",
    );
  });

  test('an address, a network or a route that another interface has is an error', async () => {
    await lab.sh(
      'ip link add n0 type veth peer name n1; ip address add 10.9.0.5/24 dev n0; ip link set n0 up; ip link set n1 up',
    );
    await lab.sh('ip route add default via 10.9.0.1');
    expect(await fails({ address: '10.9.0.5/16' })).toMatch(
      /^option 'address': '10.9.0.5\/16' for 'p0' is an address of interface 'n0': /,
    );
    expect(await fails({})).toMatch(
      /'10.9.0.2\/24' for 'p0' is in the network of 10.9.0.5\/24 on interface 'n0'/,
    );
    expect(await fails({ address: '10.8.0.2/24', gateway: '10.8.0.1' })).toMatch(
      /^option 'gateway': .* there is 'default via 10.9.0.1' through 'n0' already: .*'metric'/,
    );
    const twice = [
      { ...PORT, address: '10.8.0.2/24' },
      { ...PORT, port: 'p1', address: '10.8.0.3/24' },
    ];
    expect(await lab.fails('ovs_topology', { ports: twice })).toMatch(
      /^option 'ports\[0\].address': .* interface 'p1'/,
    );
    const metric = { to: 'default', via: '10.8.0.1', metric: 50 };
    await lab.changes('ovs_port', { ...PORT, address: '10.8.0.2/24', routes: [metric] });
    // One that this very task takes away is in nobody's way.
    const moved = [
      { ...PORT, state: 'absent' },
      { ...PORT, port: 'p1', address: '10.8.0.2/24' },
    ];
    await lab.changes('ovs_topology', { ports: moved });
    await lab.sh('ip link del n0');
  });
});
