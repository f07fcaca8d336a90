import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const TOPOLOGY = {
  bridges: [
    {
      name: 'ovs-wan1',
      datapath_type: 'netdev',
      fail_mode: 'standalone',
      address: ['10.10.0.1/24', 'fd10::1/64'],
      gateway: ['10.10.0.254', 'fd10::fe'],
      dns: ['192.0.2.53', '2001:db8::53'],
      dns_search: ['example.org'],
    },
  ],
  ports: [
    {
      bridge: 'ovs-wan1',
      port: 'itc-wan1',
      tag: 25,
      mode: 'static',
      address: '192.168.192.129',
      netmask: '255.255.255.248',
    },
    {
      bridge: 'ovs-wan1',
      port: 'two',
      tag: 26,
      address: ['10.9.0.1/24', '10.9.1.1/24', 'fd00::1/64'],
      routes: [
        { to: '10.6.0.0/16', via: '10.5.0.9', metric: 50 },
        { to: '10.5.0.0/16' },
        { to: 'fd06::/32', via: 'fd00::6' },
      ],
    },
    { bridge: 'ovs-wan1', port: 'none', mode: 'manual' },
  ],
};

let hypervisor: Hypervisor;
let lab: OvsLab;
beforeAll(async () => {
  hypervisor = await startHypervisor({ name: 'test-boot' });
  lab = new OvsLab(hypervisor);
});
afterAll(() => hypervisor?.remove());

const ROUTES = {
  'ovs-wan1': ['default via 10.10.0.254', 'default via fd10::fe metric 1024'],
  two: ['10.5.0.0/16', '10.6.0.0/16 via 10.5.0.9 metric 50', 'fd06::/32 via fd00::6 metric 1024'],
};

/** The lines that others lack, each as often as they lack it. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const survives = async () => {
  const before = await lab.everything();
  await hypervisor.reboot();
  // What ifupdown holds to be up is forgotten at every boot, and where it isn't in use stays so.
  const lines = (text: string) =>
    text
      .replace(/^(\S+ +)(UNKNOWN|UP|DOWN) +/gm, '$1$2 ')
      .split('\n')
      .filter((line) => !/^(\S+)=\1$/.test(line));
  const changes = async () => {
    const after = lines(await lab.everything());
    return [
      ...without(lines(before), after).map((line) => `- ${line}`),
      ...without(after, lines(before)).map((line) => `+ ${line}`),
    ];
  };
  // systemd-networkd configures interfaces in the background.
  await expect.poll(async () => (await changes()).join('\n'), { timeout: 30_000, interval: 500 }).toBe('');
  for (const [port, routes] of Object.entries(ROUTES)) expect(await lab.routes(port)).toEqual(routes);
  await lab.keeps('ovs_topology', TOPOLOGY);
};

test('after a reboot bridges, ports, tags and addresses are back: ifupdown', async () => {
  await lab.changes('ovs_topology', TOPOLOGY);
  await survives();
  expect(await lab.sh('systemctl is-active networking')).toBe('active');
});

test('the same by systemd-networkd, which takes over from ifupdown', async () => {
  // It is what networkd hands name servers to; Debian 12's ifupdown can't.
  await lab.sh(`
    { apt-get update && apt-get install -y systemd-resolved; } >/dev/null 2>&1
    systemctl reload dbus; systemctl restart systemd-resolved`);
  expect(await lab.run('ovs_topology', TOPOLOGY, true)).toMatchObject({
    changed: false,
    warnings: [
      expect.stringMatching(
        /^port 'ovs-wan1': its name servers are written to its file, but not used: this ifupdown's hook/,
      ),
    ],
  });
  await lab.sh(`
    mkdir -p /etc/systemd/network
    printf '[Match]\\nName=host0\\n[Link]\\nUnmanaged=yes\\n' > /etc/systemd/network/10-host0.network
    systemctl mask systemd-networkd-wait-online # The lab is never online.
    systemctl disable networking; systemctl enable --now systemd-networkd`);
  const { diff, warnings } = await lab.changes('ovs_topology', TOPOLOGY);
  expect(warnings).toBeUndefined();
  expect(JSON.stringify(diff)).toContain('/etc/systemd/network/05-ovs-port-itc-wan1.network');
  expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  // networkd fails to configure a bridge that ovs-vswitchd takes down and up meanwhile.
  expect(await lab.sh('systemctl show --property=After systemd-networkd')).toMatch(
    /[= ]ovs-vswitchd\.service/,
  );
  await survives();
  expect(await lab.addresses('two')).toEqual(['10.9.0.1/24', '10.9.1.1/24', 'fd00::1/64']);
  // As release 0.1.0 named it.
  await lab.sh('cd /etc/systemd/network; cp 05-ovs-port-two.network 50-ovs-port-two.network');
  await lab.changes('ovs_topology', TOPOLOGY);
  expect(await lab.sh('ls /etc/systemd/network')).not.toContain('50-');
  const servers = () => lab.sh('resolvectl dns ovs-wan1; resolvectl domain ovs-wan1');
  expect(await servers()).toMatch(/: 192.0.2.53 2001:db8::53\n.*: example.org$/);
  const [bridge] = TOPOLOGY.bridges;
  const others = {
    name: 'ovs-wan1',
    address: '10.10.0.1/24',
    routes: [{ to: '10.7.0.0/16', via: '10.10.0.7' }],
  };
  await lab.sh('ip route add 10.8.0.0/16 via 10.10.0.8');
  await lab.changes('ovs_topology', { bridges: [{ ...others, dns: '192.0.2.54' }] });
  expect(await servers()).toMatch(/: 192.0.2.54\n[^:]*:$/);
  expect(await lab.routes('ovs-wan1')).toEqual(['10.7.0.0/16 via 10.10.0.7', '10.8.0.0/16 via 10.10.0.8']);
  await lab.changes('ovs_topology', { bridges: [bridge] });
  expect(await lab.routes('ovs-wan1')).toEqual(['10.8.0.0/16 via 10.10.0.8', ...ROUTES['ovs-wan1']]);
  await lab.changes('ovs_topology', { bridges: [{ name: 'ovs-wan1', state: 'absent' }] });
  expect(await lab.sh('ls /etc/systemd/network')).toBe('10-host0.network');
});
