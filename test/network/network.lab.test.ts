import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import type { Release } from '../lab/packages.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { NetworkLab } from './lab.ts';

const MACS = { a: '52:54:00:00:00:0a', b: '52:54:00:00:00:0b', c: '52:54:00:00:00:0c' };

const LAN = {
  name: 'lan',
  bridge: 'ovs-lan',
  vlan: 10,
  subnet: ['10.20.0.0/24', 'fd00:20::/64'],
  dhcp: { range: ['10.20.0.100', '10.20.0.102'] },
  dns: { domain: 'lab.test', records: [{ name: 'nas', address: ['10.20.0.9', 'fd00:20::9'] }] },
  nat: true,
  forwards: [
    { port: '8080', to: '10.20.0.5', to_port: '80' },
    { port: '8081', to: '10.20.0.5', to_port: '80', sources: ['203.0.113.9'] },
    { port: '8080', to: 'fd00:20::5', to_port: '80' },
    { port: '8081', to: 'fd00:20::5', to_port: '80', sources: ['2001:db8:9::9'] },
    // At an address of another interface than the uplink.
    { port: '8082', to: '10.20.0.5', to_port: '80', listen: ['192.0.2.1'] },
  ],
};
const DMZ = { name: 'dmz', bridge: 'ovs-lan', vlan: 11, subnet: ['10.21.0.0/24', 'fd00:21::/64'], nat: true };

/** A lease for client a, by busybox's DHCP client. */
const LEASE = `
cat >/root/leased.sh <<'END'
#!/bin/sh
case $1 in bound)
  ip -4 address flush dev eth0 scope global
  ip address add "$ip/$mask" dev eth0
  [ -z "$router" ] || ip route replace default via "$router"
  echo "$ip $router $dns $domain" ;;
esac
END
chmod +x /root/leased.sh
ip netns exec a busybox udhcpc -i eth0 -n -q -t 5 -T 1 -s /root/leased.sh 2>&1`;

describe.each<Release>([12, 13])('on Debian %i', (release) => {
  let hypervisor: Hypervisor;
  let lab: NetworkLab;

  beforeAll(async () => {
    hypervisor = await startHypervisor({ name: `test-nets${release}`, release });
    lab = new NetworkLab(hypervisor);
    await lab.sh(`
    ovs-vsctl add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev
    outside
    client a ovs-lan 10 ${MACS.a}; client b ovs-lan 10 ${MACS.b}; client c ovs-lan 11 ${MACS.c}
    for c in b c; do serve $c 80; done; serve outside 80
    # b and c have addresses of their own.
    ip netns exec b ip address add 10.20.0.5/24 dev eth0; ip netns exec b ip route add default via 10.20.0.1
    ip netns exec b ip address add fd00:20::5/64 dev eth0 nodad
    ip netns exec c ip address add 10.21.0.5/24 dev eth0; ip netns exec c ip route add default via 10.21.0.1
    ip netns exec c ip address add fd00:21::5/64 dev eth0 nodad; ip netns exec c ip -6 route add default via fd00:21::1`);
  });
  afterAll(() => hypervisor?.remove());

  describe('two networks', () => {
    it('are made, as check mode says, and a second run changes nothing', async () => {
      const done = await runThrice(hypervisor, 'network', { networks: [LAN, DMZ] });
      expect(done.warnings).toBeUndefined();
      expect(await lab.sh('ip -br address show lan')).toContain('10.20.0.1/24');
    });

    it('lease addresses of the range', async () => {
      expect(await lab.sh(LEASE)).toMatch(/^10\.20\.0\.10[012] 10\.20\.0\.1 10\.20\.0\.1 lab\.test$/m);
    });

    it('answer names by DNS, in both directions, for their guests and the host', async () => {
      const dig = (words: string) => lab.in('a', `dig +short +time=2 +tries=1 @10.20.0.1 ${words}`);
      expect(await dig('nas.lab.test')).toBe('10.20.0.9');
      expect(await dig('AAAA nas.lab.test')).toBe('fd00:20::9');
      expect(await dig('-x 10.20.0.9')).toBe('nas.lab.test.');
      for (const address of ['198.51.100.2', '2001:db8:1::2']) {
        expect(await lab.in('outside', `dig +time=2 +tries=1 @${address} nas.lab.test`)).toMatch(
          /no servers could be reached|connection refused/,
        );
      }
    });

    it('reach the outside by NAT, over IPv4 and IPv6', async () => {
      expect(await lab.ask('a', '203.0.113.9:80')).toBe('198.51.100.2');
      expect(await lab.ask('c', '[2001:db8:9::9]:80')).toBe('[2001:0db8:0001:0000:0000:0000:0000:0002]');
    });

    it('are separated from each other', async () => {
      expect(await lab.ask('a', '10.21.0.5:80')).toBe('');
      expect(await lab.ask('c', '10.20.0.5:80')).toBe('');
      expect(await lab.ask('c', '[fd00:20::5]:80')).toBe('');
    });

    it('forward ports: from outside, another network, their own network, and the host', async () => {
      const address = '198.51.100.2:8080';
      expect(await lab.ask('outside', address)).toContain('198.51.100.1');
      expect(await lab.ask('c', address)).toContain('10.21.0.5');
      expect(await lab.ask('a', address)).toContain('10.20.0.1');
      expect(await lab.ask('-', address)).not.toBe('');
      const six = '[2001:db8:1::2]:8080';
      expect(await lab.ask('outside', six)).toContain('2001:0db8');
      expect(await lab.ask('c', six)).toContain('fd00:0021');
      // By a router advertisement, which may take some seconds.
      await expect
        .poll(() => lab.in('a', 'ip -6 -br address show dev eth0 scope global'), { timeout: 30_000 })
        .toContain('fd00:20::');
      expect(await lab.ask('a', six)).toContain('fd00:0020:0000:0000:0000:0000:0000:0001');
      expect(await lab.ask('-', six)).not.toBe('');
    });

    it('forward at an address of any interface, if it is given', async () => {
      await lab.sh(`
      ip netns add side; ip link add side0 type veth peer name eth0 netns side
      ip address add 192.0.2.1/24 dev side0; ip link set side0 up
      ip netns exec side ip address add 192.0.2.2/24 dev eth0; ip netns exec side ip link set eth0 up`);
      expect(await lab.ask('side', '192.0.2.1:8082')).toContain('192.0.2.2');
      // Not where it isn't the uplink, unless it is given.
      expect(await lab.ask('side', '192.0.2.1:8080')).toBe('');
      await lab.sh('ip netns del side');
    });

    it('forward from the sources that are allowed, and no others', async () => {
      const from = (source: string) =>
        lab.sh(
          `timeout 3 ip netns exec outside socat -T2 - TCP:198.51.100.2:8081,bind=${source} </dev/null 2>/dev/null || true`,
        );
      expect(await from('203.0.113.9')).toContain('203.0.113.9');
      expect(await from('198.51.100.1')).toBe('');
      const six = (source: string) =>
        lab.sh(
          `timeout 3 ip netns exec outside socat -T2 - TCP:[2001:db8:1::2]:8081,bind=[${source}] </dev/null 2>/dev/null || true`,
        );
      expect(await six('2001:db8:9::9')).toContain('2001:0db8:0009');
      expect(await six('2001:db8:1::1')).toBe('');
    });

    it('reach nothing of the host but DHCP and DNS, and the ports that are given', async () => {
      await lab.sh(
        `for n in 9922 81; do socat TCP6-LISTEN:$n,fork,reuseaddr,ipv6only=0 SYSTEM:'echo host' >/dev/null 2>&1 & done; sleep 0.5`,
      );
      const reached = async () =>
        (
          await lab.sh(
            `for a in 10.20.0.1:81 198.51.100.2:81 10.20.0.1:9922 '[fd00:20::1]:81'; do echo "$a=$(ask b "$a")"; done`,
          )
        ).split('\n');
      expect(await reached()).toEqual([
        '10.20.0.1:81=',
        '198.51.100.2:81=',
        '10.20.0.1:9922=',
        '[fd00:20::1]:81=',
      ]);
      expect(await lab.in('b', 'ping -c 1 -W 2 10.20.0.1')).toContain(' 0% packet loss');
      await runThrice(hypervisor, 'network', { networks: [{ ...LAN, host_ports: ['tcp/81-82'] }, DMZ] });
      expect(await reached()).toEqual([
        '10.20.0.1:81=host',
        '198.51.100.2:81=host',
        '10.20.0.1:9922=',
        '[fd00:20::1]:81=host',
      ]);
      expect(await lab.ask('c', '10.21.0.1:81')).toBe('');
      await runThrice(hypervisor, 'network', { networks: [{ ...LAN, host_ports: ['tcp/all'] }, DMZ] });
      expect(await lab.ask('b', '10.20.0.1:9922')).toBe('host');
      // The host still reaches its guests.
      expect(await lab.ask('-', '10.20.0.5:80')).not.toBe('');
    });

    it('reach another one when they are routed to it, and not the other way', async () => {
      await runThrice(hypervisor, 'network', { networks: [{ ...LAN, routed_to: ['dmz'] }, DMZ] });
      expect(await lab.ask('a', '10.21.0.5:80')).toContain('10.20.0.10');
      expect(await lab.ask('a', '[fd00:21::5]:80')).toContain('fd00:0020');
      expect(await lab.ask('c', '10.20.0.5:80')).toBe('');
      expect(await lab.ask('c', '[fd00:20::5]:80')).toBe('');
    });
  });

  describe('what went wrong meanwhile', () => {
    it('an address that is no longer on the interface is back, and a gateway moves', async () => {
      await lab.sh('ip address del 10.20.0.1/24 dev lan');
      expect(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] })).toMatchObject({
        changed: true,
      });
      expect(await lab.sh('ip -br address show lan')).toContain('10.20.0.1/24');
      const moved = { ...LAN, gateway: ['10.20.0.254', 'fd00:20::1'] };
      await runThrice(hypervisor, 'network', { networks: [moved, DMZ] });
      const shown = await lab.sh('ip -br address show lan');
      expect(shown).toContain('10.20.0.254/24');
      expect(shown).not.toContain('10.20.0.1/24');
      await runThrice(hypervisor, 'network', { networks: [LAN, DMZ] });
    });

    it('an item that is refused keeps no other from what they share', async () => {
      await lab.sh(
        'systemctl disable -q --now piecewise-cloud-nftables; rm /etc/systemd/system/piecewise-cloud-nftables.service; echo 0 >/proc/sys/net/ipv4/ip_forward',
      );
      const result = await runModule(hypervisor, 'network', { networks: [{ ...LAN, uplink: 'nope' }, DMZ] });
      expect(result).toMatchObject({ failed: true });
      expect(JSON.stringify(result)).toContain("the host has no interface 'nope'");
      await runModule(hypervisor, 'network', { networks: [LAN, DMZ] });
      expect(
        await lab.sh('cat /proc/sys/net/ipv4/ip_forward; systemctl is-enabled piecewise-cloud-nftables'),
      ).toBe('1\nenabled');
      expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
    });

    it('a configuration that dnsmasq refuses is an error, and the server runs on', async () => {
      const bad = { ...LAN, dhcp: { ...LAN.dhcp, options: { 'no-such-option': '1' } } };
      expect(await runModule(hypervisor, 'network', { networks: [bad, DMZ] })).toMatchObject({
        failed: true,
      });
      expect(await lab.in('b', 'dig +short +time=2 +tries=1 @10.20.0.1 nas.lab.test')).toBe('10.20.0.9');
      expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
    });

    it('a guest cannot pass for another address, nor be a router of the host', async () => {
      await lab.sh('ip netns exec b ip address add 203.0.113.77/32 dev eth0');
      const ask = (bind: string) =>
        lab.sh(
          `timeout 3 ip netns exec b socat -T2 - TCP:203.0.113.9:80${bind} </dev/null 2>/dev/null || true`,
        );
      expect(await ask('')).toContain('198.51.100.2');
      // Seen where it would arrive: no answer could come back. By the route to the other network nothing else stops it.
      await runModule(hypervisor, 'network', { networks: [{ ...LAN, routed_to: ['dmz'] }, DMZ] });
      const seen = async (address: string) =>
        lab.sh(`
        ip netns exec c timeout 4 tcpdump -nl -c 1 -i eth0 src 203.0.113.77 2>/dev/null >/tmp/seen & sleep 1
        ip netns exec b ping -c 2 -W 1 -I 203.0.113.77 ${address} >/dev/null 2>&1 || true
        wait; cat /tmp/seen`);
      expect(await seen('10.21.0.5')).toBe('');
      await lab.sh('nft insert rule inet piecewise_cloud forward iifname lan accept');
      expect(await seen('10.21.0.5')).toContain('203.0.113.77');
      // Nor the host itself.
      expect(await lab.in('b', 'ping -c 1 -W 1 -I 203.0.113.77 10.20.0.1')).toContain('100% packet loss');
      await runModule(hypervisor, 'network', { networks: [LAN, DMZ] });
      expect(await lab.sh('nft list chain inet piecewise_cloud input')).toContain('nd-router-advert');
    });
  });

  describe('what is there beside them', () => {
    it('another firewall that would drop their packets is named, until it has a rule for them', async () => {
      const warnings = async () =>
        JSON.stringify((await runModule(hypervisor, 'network', { networks: [LAN, DMZ] })).warnings ?? '');
      // As firewalld's and ufw's are; a bridge's chain sees nothing of what is routed.
      await lab.sh(`nft -f - <<'END'
table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority 10; policy accept;
    ct state established,related accept
    counter reject with icmpx admin-prohibited
  }
}
table ip filter {
  chain INPUT { type filter hook input priority 0; policy drop; }
  chain OPEN { type filter hook forward priority 0; policy accept; }
}
table bridge filter {
  chain FORWARD { type filter hook forward priority 0; policy drop; }
}
END`);
      expect(await lab.ask('a', '203.0.113.9:80')).toBe('');
      const lan = await warnings();
      expect(lan).toMatch(/'inet firewalld filter_FORWARD' of another firewall .* no rule for lan/);
      expect(lan).toMatch(/'inet firewalld filter_FORWARD' .* dmz/);
      expect(lan).toMatch(/'ip filter INPUT' .* DHCP and DNS from lan/);
      expect(lan).not.toMatch(/bridge|OPEN/);
      await lab.sh(`
      for n in iifname oifname; do nft insert rule inet firewalld filter_FORWARD $n { lan, dmz } accept; done
      nft insert rule ip filter INPUT iifname lan accept`);
      expect(await warnings()).toBe('""');
      expect(await lab.ask('a', '203.0.113.9:80')).toBe('198.51.100.2');
      await lab.sh(
        'nft delete table inet firewalld; nft delete table ip filter; nft delete table bridge filter',
      );
    });

    it('a table that was flushed is loaded again, and those of others are kept', async () => {
      await lab.sh('nft add table ip mine; nft flush table inet piecewise_cloud');
      const result = await runModule(hypervisor, 'network', { networks: [LAN, DMZ] });
      expect(result).toMatchObject({ changed: true });
      expect(await lab.sh('nft list tables')).toContain('table ip mine');
      expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
      expect(await lab.ask('a', '203.0.113.9:80')).not.toBe('');
    });

    it("the host's own rules, whose unit begins and ends with flushing all", async () => {
      for (const verb of ['start', 'reload', 'restart', 'stop']) {
        await lab.sh(`systemctl ${verb} nftables`);
        expect(await lab.sh('nft list tables'), verb).toContain('inet piecewise_cloud');
      }
      expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
    });

    it('a network that moves to another VLAN leases addresses there', async () => {
      await runThrice(hypervisor, 'network', { networks: [{ ...LAN, vlan: 12 }, DMZ] });
      await lab.sh('ovs-vsctl set port a tag=12');
      expect(await lab.sh(LEASE)).toMatch(/^10\.20\.0\.10[012] /m);
      await lab.sh('ovs-vsctl del-port lan');
      await runModule(hypervisor, 'network', { networks: [LAN, DMZ] });
      await lab.sh('ovs-vsctl set port a tag=10');
      expect(await lab.sh(LEASE)).toMatch(/^10\.20\.0\.10[012] /m);
      expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
    });

    it('a network that takes the place of another, which the task removes', async () => {
      const office = { ...DMZ, name: 'office' };
      await runThrice(hypervisor, 'network', { networks: [LAN, { name: 'dmz', state: 'absent' }, office] });
      expect(await lab.sh('ip -br address show office')).toContain('10.21.0.1/24');
      await runThrice(hypervisor, 'network', { networks: [LAN, { name: 'office', state: 'absent' }, DMZ] });
    });

    it('a server that was killed is back', async () => {
      await lab.sh('kill -9 $(cat /run/piecewise-cloud-dnsmasq/lan/pid)');
      await expect
        .poll(() => lab.in('a', 'dig +short +time=1 +tries=1 @10.20.0.1 nas.lab.test'), { timeout: 15_000 })
        .toBe('10.20.0.9');
    });
  });

  it('all of it is there after a reboot', async () => {
    await hypervisor.reboot();
    await lab.sh('outside; client a ovs-lan 10 52:54:00:00:00:0a; serve outside 80');
    await lab.sh(`
    client b ovs-lan 10 ${MACS.b}; client c ovs-lan 11 ${MACS.c}; for c in b c; do serve $c 80; done
    ip netns exec b ip address add 10.20.0.5/24 dev eth0; ip netns exec b ip route add default via 10.20.0.1
    ip netns exec c ip address add 10.21.0.5/24 dev eth0; ip netns exec c ip route add default via 10.21.0.1`);
    expect(await lab.sh(LEASE)).toMatch(/^10\.20\.0\.10[012] /m);
    expect(await lab.ask('a', '203.0.113.9:80')).not.toBe('');
    expect(await lab.in('a', 'dig +short +time=2 +tries=1 @10.20.0.1 nas.lab.test')).toBe('10.20.0.9');
    for (const client of ['outside', 'a', 'c', '-'])
      expect(await lab.ask(client, '198.51.100.2:8080'), client).not.toBe('');
    expect(await lab.ask('a', '10.21.0.5:80')).toBe('');
    expect(await lab.ask('a', '10.20.0.1:9922')).toBe('');
    expectUnchanged(await runModule(hypervisor, 'network', { networks: [LAN, DMZ] }));
  });

  it('nothing is left of them', async () => {
    const absent = [LAN, DMZ].map(({ name }) => ({ name, state: 'absent' }));
    await runThrice(hypervisor, 'network', { networks: absent });
    expect(
      await lab.sh(
        'ls -d /etc/piecewise-cloud /var/lib/private/piecewise-cloud-networks /var/lib/piecewise-cloud-networks 2>/dev/null || true',
      ),
    ).toBe('');
    expect(
      await lab.sh(
        "nft list tables; ls /etc/sysctl.d | grep piece; systemctl list-units --all 'piecewise*' --no-legend",
      ),
    ).toBe('');
    expect(await lab.sh('cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding')).toBe(
      '0\n0',
    );
    expect(await lab.sh('ls /etc/systemd/system | grep piecewise || true')).toBe('');
  });
});
