import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { NetworkLab } from './lab.ts';

// What can go wrong with the programs of a network, and the host's resolver. The tests build on each other, in this order.
const LAN = {
  name: 'lan',
  bridge: 'ovs-lan',
  vlan: 10,
  subnet: ['10.20.0.0/24'],
  dhcp: { range: ['10.20.0.100', '10.20.0.101'] },
  dns: { domain: 'lab.test', records: [{ name: 'nas', address: ['10.20.0.9'] }] },
};
const DMZ = {
  name: 'dmz',
  bridge: 'ovs-lan',
  vlan: 11,
  subnet: ['10.21.0.0/24'],
  dhcp: { range: ['10.21.0.100', '10.21.0.199'] },
  dns: { domain: 'dmz.test', records: [{ name: 'mail', address: ['10.21.0.9'] }] },
};
const UNIT = 'piecewise-cloud-dnsmasq@lan.service';
const LEASES = '/var/lib/private/piecewise-cloud-networks/lan/leases';

let hypervisor: Hypervisor;
let lab: NetworkLab;

const network = (args: object = LAN, mode = {}) => runModule(hypervisor, 'network', { ...args }, mode);

/** All that a network could have changed. */
const everything = () =>
  lab.sh(`ls -R /etc/piecewise-cloud /etc/network/interfaces.d 2>&1
    ls /etc/systemd/system /etc/sysctl.d | grep piecewise
    ovs-vsctl list-ports ovs-lan; nft list tables; ip -br link | cut -d' ' -f1
    systemctl list-units --all 'piecewise*' --no-legend --plain`);

/** Another program of the host, as a unit of systemd: it ends by `stop`. */
const begin = (name: string, command: string) =>
  lab.sh(`systemd-run --quiet --collect --unit=${name} ${command}; sleep 0.3`);
const pidOf = (name: string) => lab.sh(`systemctl show --property=MainPID --value ${name}`);
const stop = (...names: string[]) => lab.sh(`systemctl stop ${names.join(' ')}`);

/** Refused in check mode and for real, with nothing changed. */
async function refused(args: object, message: RegExp): Promise<void> {
  const before = await everything();
  for (const check of [true, false]) {
    const { failed, changed, msg } = await network(args, { check });
    expect({ failed, changed }).toEqual({ failed: true, changed: false });
    expect(msg).toMatch(message);
  }
  expect(await everything()).toBe(before);
}

/** The address that a client is leased, by busybox's DHCP client; the empty text for none. */
const lease = (client: string) =>
  lab.sh(`cat >/root/leased.sh <<'END'
#!/bin/sh
[ "$1" != bound ] || echo "leased $ip"
END
    chmod +x /root/leased.sh
    ip netns exec ${client} busybox udhcpc -i eth0 -n -q -t 6 -T 1 -s /root/leased.sh 2>/dev/null | sed -n 's/^leased //p'`);
const dig = (words: string) => lab.sh(`dig +short +time=2 +tries=1 ${words}`);
/** How the host itself resolves a name. */
const resolved = async (name: string) => (await lab.sh(`getent hosts ${name} || true`)).replace(/ +/g, ' ');
const domains = () => lab.sh('resolvectl domain');

beforeAll(async () => {
  hypervisor = await startHypervisor({ name: 'test-netflt', release: 13 });
  lab = new NetworkLab(hypervisor);
  await lab.sh(`
    ovs-vsctl add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev
    client a ovs-lan 10 52:54:00:00:00:0a; client b ovs-lan 10 52:54:00:00:00:0b
    ip link add hand0 type veth peer name hand0p; ip link set hand0p up; ip address add 192.0.2.1/24 dev hand0; ip link set hand0 up
    ip link add hand1 type veth peer name hand1p; ip link set hand1p up; ip address add 198.51.100.1/24 dev hand1; ip link set hand1 up`);
});
afterAll(() => hypervisor?.remove());

describe('a port that another program has', () => {
  it.each([
    ['dns', 53, 'UDP4-RECV:53', 'all addresses'],
    ['dns', 53, 'UDP4-RECV:53,bind=10.20.0.1,ip-freebind', '10\\.20\\.0\\.1'],
    ['dhcp', 67, 'UDP4-RECV:67', 'all addresses'],
  ])('is an error of %s, which names port %i and the program: %s', async (option, port, listens, where) => {
    await begin('taker', `socat -u ${listens} /dev/null`);
    const pid = await pidOf('taker');
    await refused(
      LAN,
      new RegExp(`^option '${option}': needs port ${port}, which socat \\(process ${pid}\\) has at ${where}`),
    );
    expect(await pidOf('taker')).toBe(pid);
    await stop('taker');
  });
});

describe('a program that is not installed', () => {
  it.each([
    ['/usr/sbin/dnsmasq', 'dnsmasq-base'],
    ['/usr/sbin/nft', 'nftables'],
  ])('is an error that names the package, and a warning in check mode: %s', async (path, name) => {
    const before = await everything();
    await lab.sh(`mv ${path} ${path}.away`);
    try {
      const checked = await network(LAN, { check: true });
      expect(checked.failed, checked.msg).toBeUndefined();
      expect(checked).toMatchObject({ changed: true });
      const message = new RegExp(`isn't installed on this host: install the package ${name} `);
      expect(checked.warnings).toEqual([expect.stringMatching(message)]);
      const { failed, changed, msg } = await network();
      expect({ failed, changed }).toEqual({ failed: true, changed: false });
      expect(msg).toMatch(message);
    } finally {
      await lab.sh(`mv ${path}.away ${path}`);
    }
    expect(await everything()).toBe(before);
  });
});

describe('beside servers that others made', () => {
  it('networks are made, and those run on as they were', async () => {
    const handmade = (device: string, bind: string, range: string) =>
      begin(
        device,
        `dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --${bind} --interface=${device} --except-interface=lo --dhcp-range=${range},1h --dhcp-leasefile=/run/${device}.leases --no-resolv --address=/www.example.test/192.0.2.7`,
      );
    await handmade('hand0', 'bind-interfaces', '192.0.2.10,192.0.2.20');
    await handmade('hand1', 'bind-dynamic', '198.51.100.10,198.51.100.20');
    const pids = await Promise.all(['hand0', 'hand1'].map(pidOf));
    expect(pids).not.toContain('0');
    const { warnings } = await runThrice(hypervisor, 'network', { networks: [LAN, DMZ] });
    expect(warnings).toBeUndefined();
    expect(await dig('@10.20.0.1 nas.lab.test')).toBe('10.20.0.9');
    expect(await dig('@192.0.2.1 www.example.test')).toBe('192.0.2.7');
    expect(await dig('@198.51.100.1 www.example.test')).toBe('192.0.2.7');
    expect(await Promise.all(['hand0', 'hand1'].map(pidOf))).toEqual(pids);
  });

  it('a running network that needs a taken port from now on is refused, and runs on', async () => {
    const { dns: _dns, ...silent } = DMZ;
    expect(await network(silent)).toMatchObject({ changed: true });
    await begin('taker', 'socat -u UDP4-RECV:53,bind=10.21.0.1 /dev/null');
    const server = await pidOf('piecewise-cloud-dnsmasq@dmz');
    await refused(DMZ, /^option 'dns': needs port 53, which socat \(process \d+\) has at 10\.21\.0\.1/);
    expect(await pidOf('piecewise-cloud-dnsmasq@dmz')).toBe(server);
    await stop('taker');
    expect(await network(DMZ)).toMatchObject({ changed: true });
  });
});

describe('leases', () => {
  it('that fill the range are a warning, which names the network and the option', async () => {
    expect((await network()).warnings).toBeUndefined();
    expect([await lease('a'), await lease('b')].sort()).toEqual(['10.20.0.100', '10.20.0.101']);
    for (const check of [true, false]) {
      const done = await network(LAN, { check });
      expectUnchanged(done);
      expect(done.warnings).toEqual([
        expect.stringMatching(
          /^network 'lan': all 2 addresses from 10\.20\.0\.100 to 10\.20\.0\.101 are leased: .*'dhcp\.range'/,
        ),
      ]);
    }
  });

  it.each([
    ['garbage', `head -c 300 /dev/urandom >${LEASES}`],
    ['one that ends within a line', `truncate -s 100 ${LEASES}`],
    ['a file of root', `chown root: ${LEASES}; chmod 600 ${LEASES}`],
  ])('in a damaged file keep no server from its work: %s', async (_, damage) => {
    await lab.sh(`systemctl stop ${UNIT}; ${damage}; systemctl start ${UNIT}`);
    expect(await lease('a')).toMatch(/^10\.20\.0\.10[01]$/);
    expectUnchanged(await network());
    expect(await lab.sh(`cut -d' ' -f2,3 ${LEASES}`)).toContain('52:54:00:00:00:0a 10.20.0.10');
  });
});

it('a server and rules that somebody has stopped or disabled are mended', async () => {
  const rules = 'piecewise-cloud-nftables.service';
  for (const [stopped, disabled] of [
    [UNIT, rules],
    [rules, UNIT],
  ]) {
    await lab.sh(`systemctl stop ${stopped}; systemctl --quiet disable ${disabled}`);
    expect(await runThrice(hypervisor, 'network', LAN)).toMatchObject({ changed: true });
    expect(await lab.sh(`systemctl is-active ${UNIT} ${rules}; systemctl is-enabled ${UNIT} ${rules}`)).toBe(
      'active\nactive\nenabled\nenabled',
    );
  }
});

describe('names on a host with systemd-resolved', () => {
  beforeAll(async () => {
    await lab.sh(`
      { apt-get update && apt-get install -y systemd-resolved; } >/dev/null 2>&1
      systemctl reload dbus; systemctl restart systemd-resolved
      # Other names are asked elsewhere.
      resolvectl dns hand0 192.0.2.1; resolvectl domain hand0 example.test; resolvectl default-route hand0 yes`);
  });

  it('resolve as soon as a task finds it: full and short ones', async () => {
    expect(await resolved('nas.lab.test')).toBe('');
    expect(await runThrice(hypervisor, 'network', { networks: [LAN, DMZ] })).toMatchObject({ changed: true });
    expect(await resolved('nas.lab.test')).toBe('10.20.0.9 nas.lab.test');
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
    expect(await resolved('mail')).toBe('10.21.0.9 mail.dmz.test');
    expect(await lab.sh('resolvectl query nas.lab.test')).toMatch(/10\.20\.0\.9 +-- link: lan/);
    // What systemd-resolved has of port 53 is no other server's.
    await lab.sh(`systemctl stop ${UNIT}`);
    expect(await network()).toMatchObject({ changed: true });
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
  });

  it('resolve for a guest at once, although the host asked for it before', async () => {
    expect(await resolved('web1')).toBe('');
    // As the module vm writes it.
    await lab.sh("echo '10.20.0.5 web1 www' >/etc/piecewise-cloud/networks/lan/names/web1");
    await expect.poll(() => resolved('web1'), { timeout: 10_000 }).toBe('10.20.0.5 web1.lab.test');
    expect(await resolved('www.lab.test')).toContain('10.20.0.5 ');
    expect(await resolved('10.20.0.5')).toContain('web1.lab.test');
  });

  it('of other domains are asked elsewhere, by the host and by guests', async () => {
    expect(await resolved('www.example.test')).toBe('192.0.2.7 www.example.test');
    expect(await lab.sh('resolvectl query www.example.test')).toContain('link: hand0');
    expect(await lab.in('a', 'ip address replace 10.20.0.100/24 dev eth0')).toBe('');
    expect(await lab.in('a', 'dig +short +time=2 +tries=1 @10.20.0.1 www.example.test')).toBe('192.0.2.7');
  });

  it('resolve after a restart of systemd-resolved', async () => {
    await lab.sh('systemctl restart systemd-resolved');
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
    await lab.sh('systemctl kill --signal=KILL systemd-resolved');
    await expect.poll(() => resolved('nas'), { timeout: 10_000 }).toBe('10.20.0.9 nas.lab.test');
    expectUnchanged(await network());
  });

  it('resolve after the interface was removed, by the run that makes it anew', async () => {
    await lab.sh('ovs-vsctl del-port lan');
    expect(await runThrice(hypervisor, 'network', LAN)).toMatchObject({ changed: true });
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
    expect(await lease('a')).not.toBe('');
  });

  it('keep no server from starting when systemd-resolved hangs', async () => {
    await lab.sh('systemctl kill --signal=STOP systemd-resolved');
    const seconds = await lab.sh(
      `begun=$(date +%s); systemctl restart ${UNIT}; echo $(($(date +%s) - begun)); systemctl kill --signal=CONT systemd-resolved`,
    );
    expect(Number(seconds)).toBeLessThan(15);
    expect(await dig('@10.20.0.1 nas.lab.test')).toBe('10.20.0.9');
    await network();
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
    expectUnchanged(await network());
  });

  it('do not resolve with dns.host: false, and do again without it', async () => {
    await runThrice(hypervisor, 'network', { ...LAN, dns: { ...LAN.dns, host: false } });
    expect(await resolved('nas.lab.test')).toBe('');
    expect(await domains()).toMatch(/\(lan\):$/m);
    expect(await dig('@10.20.0.1 nas.lab.test')).toBe('10.20.0.9');
    expect(await resolved('mail')).toBe('10.21.0.9 mail.dmz.test');
    expect(await network()).toMatchObject({ changed: true });
    expect(await resolved('nas')).toBe('10.20.0.9 nas.lab.test');
  });

  it('go with their network, which leaves the servers of others alone', async () => {
    const pids = await Promise.all(['hand0', 'hand1'].map(pidOf));
    await runThrice(hypervisor, 'network', { name: 'dmz', state: 'absent' });
    expect(await domains()).not.toContain('dmz');
    expect(await resolved('mail')).toBe('');
    expect(await Promise.all(['hand0', 'hand1'].map(pidOf))).toEqual(pids);
    expect(await dig('@192.0.2.1 www.example.test')).toBe('192.0.2.7');
    expect(await dig('@198.51.100.1 www.example.test')).toBe('192.0.2.7');
  });

  it('resolve after a reboot', async () => {
    await hypervisor.reboot();
    await expect.poll(() => resolved('nas'), { timeout: 20_000 }).toBe('10.20.0.9 nas.lab.test');
    expectUnchanged(await network());
    await runThrice(hypervisor, 'network', { name: 'lan', state: 'absent' });
    expect(await resolved('nas.lab.test')).toBe('');
    expect(await domains()).not.toContain('lab.test');
  });
});
