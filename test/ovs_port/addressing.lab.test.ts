import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const PORT = { bridge: 'br0', port: 'p0' };
const FILE = '/etc/network/interfaces.d/ovs_port_p0';

describe("an interface's addresses, routes and name servers by ifupdown", () => {
  let lab: OvsLab;
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(async () => {
    await lab.sh('ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev');
  });
  afterEach(() => lab.clean());

  const networking = () => lab.sh('systemctl restart networking && systemctl is-active networking');

  test('a gateway and routes come, change, come back with networking, and go', async () => {
    const clean = await lab.everything();
    const gateway = ['10.9.0.254', 'fd09::fe'];
    const address = ['10.9.0.1/24', 'fd09::1/64'];
    await lab.changes('ovs_port', { ...PORT, address, gateway, routes: [{ to: '10.4.0.0/16', metric: 5 }] });
    const ways = ['10.4.0.0/16 metric 5', 'default via 10.9.0.254', 'default via fd09::fe metric 1024'];
    expect(await lab.routes('p0')).toEqual(ways);
    expect(await networking()).toBe('active');
    expect(await lab.routes('p0')).toEqual(ways);
    const via = { via: '10.9.0.253' };
    const { diff } = await lab.changes('ovs_port', {
      ...PORT,
      address,
      routes: [
        { to: 'default', ...via, metric: 100 },
        { to: '10.5.0.9', ...via },
      ],
    });
    expect(JSON.stringify(diff)).toContain('default via 10.9.0.254');
    expect(await lab.routes('p0')).toEqual(['10.5.0.9 via 10.9.0.253', 'default via 10.9.0.253 metric 100']);
    await lab.changes('ovs_port', { ...PORT, address, gateway: '' });
    expect(await lab.routes('p0')).toEqual([]);
    await lab.changes('ovs_port', { ...PORT, state: 'absent' });
    expect(await lab.everything()).toBe(clean);
  });

  test('a route to where the interface is comes before those by it, and another prefix loses none', async () => {
    const routes = [{ to: '10.6.0.0/16', via: '10.5.0.1' }, { to: '10.5.0.1' }];
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/32', gateway: '10.5.0.1', routes });
    const ways = ['10.5.0.1', '10.6.0.0/16 via 10.5.0.1', 'default via 10.5.0.1'];
    expect(await lab.routes('p0')).toEqual(ways);
    expect(await networking()).toBe('active');
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/31', gateway: '10.5.0.1', routes });
    expect(await lab.routes('p0')).toEqual(ways);
  });

  test("others' routes stay: when an address changes, is taken over, and when the port is moved", async () => {
    await lab.sh(`
      ovs-vsctl add-br br1 -- set bridge br1 datapath_type=netdev
      ovs-vsctl add-port br1 p0 -- set interface p0 type=internal
      ip link set p0 up; ip address add 10.9.0.1/24 dev p0; ip route add 10.7.0.0/16 via 10.9.0.7`);
    const theirs = '10.7.0.0/16 via 10.9.0.7';
    await lab.changes('ovs_port', PORT);
    expect(await lab.routes('p0')).toEqual([theirs]);
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24' });
    expect(await lab.routes('p0')).toEqual([theirs]);
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/25', routes: [{ to: '10.8.0.0/16' }] });
    expect(await lab.routes('p0')).toEqual([theirs, '10.8.0.0/16']);
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/25' });
    expect(await lab.routes('p0')).toEqual([theirs]);
  });

  test('a NIC that leaves its bridge gives back the routes that tasks gave it', async () => {
    await lab.sh('ip link add nic0 type veth peer name nic1; ip link set nic0 up; ip link set nic1 up');
    try {
      await lab.sh('ip address add 10.8.0.1/24 dev nic0; ip route add 10.81.0.0/16 via 10.8.0.2');
      const nic = { bridge: 'br0', port: 'nic0' };
      await lab.changes('ovs_port', {
        ...nic,
        address: '10.9.0.1/24',
        gateway: '10.9.0.2',
        routes: [{ to: '10.4.0.0/16' }],
      });
      await lab.changes('ovs_port', { ...nic, state: 'absent' });
      expect(await lab.routes('nic0')).toEqual(['10.81.0.0/16 via 10.8.0.2']);
    } finally {
      await lab.sh('ip link delete nic0');
    }
  });

  test("a bridge's local port has them by the bridge's options, as by a port of its name", async () => {
    const own = { address: '10.9.0.1/24', gateway: '10.9.0.2' };
    expect(await lab.changes('ovs_bridge', { bridge: 'br0', ...own })).toMatchObject({
      addresses: ['10.9.0.1/24'],
    });
    expect(await lab.routes('br0')).toEqual(['default via 10.9.0.2']);
    await lab.keeps('ovs_port', { bridge: 'br0', port: 'br0', ...own });
    await lab.keeps('ovs_bridge', { bridge: 'br0' });
    const bridges = [
      { name: 'br0', ...own },
      { name: 'br1', datapath_type: 'netdev', address: '10.10.0.1/24' },
    ];
    await lab.changes('ovs_topology', {
      bridges,
      ports: [{ bridge: 'br1', port: 'br1', mtu_request: 1400 }],
    });
    expect(await lab.addresses('br1')).toEqual(['10.10.0.1/24']);
    const twice = await lab.fails('ovs_topology', {
      bridges,
      ports: [{ bridge: 'br1', port: 'br1', mode: 'manual' }],
    });
    expect(twice).toBe(
      "option 'ports[0].address': 'br1' already has addresses in bridges[1]: give its addresses in one place",
    );
    await lab.changes('ovs_bridge', { bridge: 'br0', state: 'absent', ...own });
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('ovs_port_br1');
  });

  test('a fake bridge has a local port too', async () => {
    await lab.changes('ovs_bridge', { bridge: 'vlan25', parent: 'br0', vlan: 25, address: '10.25.0.1/24' });
    expect(await lab.addresses('vlan25')).toEqual(['10.25.0.1/24']);
    await lab.changes('ovs_bridge', { bridge: 'vlan25', state: 'absent' });
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  });

  test('an address or a route that another interface has is an error, on the host and in one task', async () => {
    await lab.sh(`ovs-vsctl add-port br0 other -- set interface other type=internal
      ip link set other up; ip address add 10.8.0.1/24 dev other; ip route add default via 10.8.0.2`);
    const fails = (address: unknown, more = {}) => lab.fails('ovs_port', { ...PORT, address, ...more });
    expect(await fails('10.8.0.1/32')).toMatch(
      /^option 'address': 10.8.0.1\/32 of 'p0' is already the address of 'other'/,
    );
    expect(await fails('10.8.0.2/24')).toMatch(
      /^option 'address': 10.8.0.2\/24 of 'p0' overlaps with 10.8.0.1\/24 of 'other'/,
    );
    expect(await fails('10.9.0.1/8')).toMatch(/^option 'address': .* overlaps/);
    expect(await fails('10.9.0.1/24', { gateway: '10.9.0.2' })).toMatch(
      /^option 'gateway': 'default via 10.9.0.2' of 'p0' is already a route of 'other' \('default via 10.8.0.2'\): give 'routes' with another 'metric'/,
    );
    const ports = [
      { ...PORT, address: '10.9.0.1/24' },
      { bridge: 'br0', port: 'p1', address: '10.9.0.2/24' },
    ];
    expect(await lab.fails('ovs_topology', { ports })).toMatch(
      /^option 'ports\[0\].address': 10.9.0.1\/24 of 'p0' overlaps with 10.9.0.2\/24 of 'p1' \(ports\[1\]\)/,
    );
    // One that goes with its port in the same task, and one that stands for itself, are in nobody's way.
    const metric = [{ to: 'default', via: '10.8.0.3', metric: 9 }];
    await lab.changes('ovs_topology', {
      ports: [
        { ...PORT, address: '10.8.0.1/24', routes: metric },
        { bridge: 'br0', port: 'p1', address: '10.8.0.9/32' },
        { bridge: 'br0', port: 'other', state: 'absent' },
      ],
    });
    // From one port to another in one task.
    await lab.changes('ovs_topology', {
      ports: [
        { ...PORT, address: '10.9.0.1/24' },
        { bridge: 'br0', port: 'p1', address: '10.8.0.1/24', routes: metric },
      ],
    });
    expect([await lab.addresses('p0'), await lab.addresses('p1')]).toEqual([
      ['10.9.0.1/24'],
      ['10.8.0.1/24'],
    ]);
    expect(await lab.routes('p1')).toEqual(['default via 10.8.0.3 metric 9']);
  });

  test('name servers are kept, with a warning where nothing takes them', async () => {
    const names = { dns: ['192.0.2.53', '2001:db8::53'], dns_search: ['example.org'] };
    const result = await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24', ...names });
    expect(result.warnings).toEqual([
      expect.stringMatching(
        /^port 'p0': its name servers are written to its file, but not used: .* install resolvconf$/,
      ),
    ]);
    expect(await lab.sh(`grep -o 'dns-.*' ${FILE}`)).toBe(
      'dns-nameservers 192.0.2.53 2001:db8::53\ndns-search example.org',
    );
    expect(await lab.sh('ls /etc/resolv.conf 2>&1 || true')).toMatch(/No such file/);
  });

  test('name servers reach the hooks of ifupdown, when they change and when they go', async () => {
    // As resolvconf's hooks: they keep what they are told by interface and family, and nothing else.
    await lab.sh(`
      printf '#!/bin/sh\\n' > /sbin/resolvconf
      printf '#!/bin/sh\\necho "$IF_DNS_NAMESERVERS/$IF_DNS_SEARCH" > /run/lab-names-$IFACE.$ADDRFAM\\n' > /etc/network/if-up.d/000resolvconf
      printf '#!/bin/sh\\nrm -f /run/lab-names-$IFACE.$ADDRFAM\\n' > /etc/network/if-down.d/resolvconf
      chmod +x /sbin/resolvconf /etc/network/if-*.d/*resolvconf`);
    const told = () => lab.sh('cat /run/lab-names-p0.inet 2>/dev/null || echo none');
    try {
      const port = { ...PORT, address: '10.9.0.1/24' };
      const result = await lab.changes('ovs_port', {
        ...port,
        dns: '192.0.2.53',
        dns_search: ['example.org', 'lan'],
      });
      expect(result.warnings).toBeUndefined();
      expect(await told()).toBe('192.0.2.53/example.org lan');
      await lab.changes('ovs_port', { ...port, dns: ['192.0.2.54', '192.0.2.55'] });
      expect(await told()).toBe('192.0.2.54 192.0.2.55/');
      await lab.changes('ovs_port', port);
      expect(await told()).toBe('none');
      await lab.changes('ovs_port', { ...port, dns: '192.0.2.53' });
      await lab.changes('ovs_port', { ...PORT, state: 'absent' });
      expect(await told()).toBe('none');
    } finally {
      await lab.sh('rm -f /sbin/resolvconf /etc/network/if-*.d/*resolvconf /run/lab-names*');
    }
  });

  test('bad input names the option and the way out', async () => {
    const fails = (more: object) => lab.fails('ovs_port', { ...PORT, ...more });
    const address = '10.9.0.1/24';
    expect(await fails({ gateway: '10.9.0.2' })).toMatch(
      /^option 'gateway': it is given without an 'address'/,
    );
    expect(await fails({ routes: [] })).toMatch(
      /^option 'routes': it is given without an 'address', or a 'mode'/,
    );
    expect(await fails({ mode: 'manual', gateway: '10.9.0.2' })).toMatch(
      /^option 'gateway': 'mode: manual' has no gateway/,
    );
    expect(await fails({ address, gateway: 'router' })).toBe(
      "option 'gateway': 'router' is not an IP address",
    );
    expect(await fails({ address, gateway: '10.10.0.1' })).toMatch(
      /^option 'gateway': '10.10.0.1' is in no network of the interface's addresses: give an address of its network, or a route to 10.10.0.1/,
    );
    expect(await fails({ address, gateway: '10.9.0.1' })).toMatch(
      /^option 'gateway': '10.9.0.1' is the interface's own/,
    );
    expect(await fails({ address, gateway: ['10.9.0.2', '10.9.0.3'] })).toMatch(
      /^option 'gateway': IPv4 has a gateway already/,
    );
    expect(await fails({ address, dns: ['resolver'] })).toBe("option 'dns': 'resolver' is not an IP address");
    const route = (one: object) => fails({ address, gateway: '10.9.0.2', routes: [one] });
    expect(await route({ to: '10.4.0.1/16' })).toBe(
      "option 'routes[0]': '10.4.0.1/16' is an address within 10.4.0.0/16: give the network",
    );
    expect(await route({ to: 'default', via: '10.9.0.3' })).toMatch(
      /^option 'routes\[0\]': it has the same network and metric as 'default via 10.9.0.2'/,
    );
    expect(await route({ to: 'fd00::/8', via: '10.9.0.3' })).toMatch(
      /^option 'routes\[0\]': 'fd00::\/8' is IPv6/,
    );
    expect(await route({ to: '10.4.0.0/16', via: '10.8.0.3' })).toMatch(
      /^option 'routes\[0\].via': '10.8.0.3' is in no network/,
    );
    expect(await fails({ address, routes: [{ to: 'default' }] })).toMatch(
      /^option 'routes\[0\]': 'default' needs 'via'/,
    );
  });
});
