import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cloud, DMZ, LAN } from '../ovn/cloud.ts';
import type { Place } from '../ovn/guests.ts';
import {
  expectGroups,
  expectLeases,
  expectMade,
  expectNat,
  expectRoutes,
  expectSeparate,
} from '../ovn/scenarios.ts';
import { HOSTS, OvnLab } from './lab.ts';

// The tests build on each other, in this order.
describe('ovn_topology', () => {
  let lab: OvnLab;
  let clean = '';
  let cloud: Cloud;

  beforeAll(async () => {
    lab = await OvnLab.start();
    const chassis = (name: string) => `chassis-${name}`;
    cloud = new Cloud({ names: HOSTS, chassis, central: lab.hypervisors.ot1, guests: lab.guests });
    await lab.clean();
    await cloud.run({ purge: true, hypervisors: cloud.hosts([[], []]) });
    clean = await cloud.dump();
  }, 600_000);
  afterAll(async () => {
    if (process.env.PIECEWISE_KEEP) return;
    await lab?.end();
  });

  test('makes networks, an uplink and the interfaces of guests', async () => {
    await expectMade(cloud);
    // What ovn-nbctl and northd think of it.
    expect(await lab.sh('ot1', 'ovn-nbctl lr-list | wc -l; ovn-nbctl lr-nat-list lan | grep -c snat')).toBe(
      '2\n1',
    );
  });

  test('guests on two hypervisors get leases, reach each other, and are found by their names', async () => {
    await expectLeases(cloud);
  });

  test('carries packets of the MTU between hypervisors, and no larger ones', async () => {
    const ping = (size: number) =>
      cloud.guests.inside(cloud.web, `ping -c 2 -W 1 -M do -s ${size - 28} 10.20.0.6`);
    expect(await ping(1442)).toMatch(/[12] received/);
    expect(await ping(1443)).not.toMatch(/[12] received/);
  });

  test('advertises IPv6, by which guests make their own addresses', async () => {
    const address = (one: Place) => cloud.guests.inside(one, 'ip -6 -o address show dev eth0 scope global');
    for (const [one, ip] of [
      [cloud.web, 'fd00:20::5054:ff:fe21:1/64'],
      [cloud.ops, 'fd00:20::5054:ff:fe21:2/64'],
    ] as const)
      await expect.poll(() => address(one), { timeout: 20_000 }).toContain(ip);
    // Another interface has not been told by DHCP what this one has.
    await cloud.guests.inside(
      cloud.db,
      'ip link set eth0 mtu 1500; ip link set eth0 down; ip link set eth0 up',
    );
    const mtu = () => cloud.guests.inside(cloud.db, 'cat /proc/sys/net/ipv6/conf/eth0/mtu');
    await expect.poll(mtu, { timeout: 20_000 }).toBe('1442');
    expect(await cloud.guests.pings(cloud.web, 'fd00:20::5054:ff:fe21:2')).toBe(true);
  });

  test('separates networks', async () => {
    await expectSeparate(cloud);
  });

  test('guests reach the outside by NAT, and the outside a guest by a forward only', async () => {
    await expectNat(cloud);
  });

  test('routes to another network, and lets it answer only', async () => {
    await expectRoutes(cloud);
  });

  test('a security group lets one port in from another group, and nothing else', async () => {
    await expectGroups(cloud);
  });

  test('a guest can use no address of another', async () => {
    await cloud.guests.inside(cloud.late, 'ip address add 10.20.0.77/24 dev eth0');
    const from = (ip: string) => cloud.guests.inside(cloud.late, `ping -c 2 -W 1 -I ${ip} 10.20.0.5`);
    expect(await from('10.20.0.77')).toContain(' 0 received');
    // The kernel asks for its neighbour with the address of the first packet.
    await cloud.guests.inside(cloud.late, 'ip neighbour flush dev eth0');
    expect(await from('10.20.0.100')).toMatch(/[12] received/);
    await cloud.guests.inside(cloud.late, 'ip address delete 10.20.0.77/24 dev eth0');
  });

  test('gives hypervisors interfaces by which they reach guests', async () => {
    const result = await cloud.changes({ ...cloud.all, networks: [{ ...LAN, host_port: true }, DMZ] });
    type Legs = Record<string, Record<string, { interface_id: string; mac: string; addresses: string[] }>>;
    const leg = (result.host_interfaces as Legs).ot1?.lan;
    expect(leg?.addresses).toEqual(['10.20.0.254/24', 'fd00:20::ffff:ffff:ffff:fffe/64']);
    await lab.sh(
      'ot1',
      `ovs-vsctl add-port br-int leg0 -- set interface leg0 type=internal 'mac="${leg?.mac}"' external_ids:iface-id=${leg?.interface_id}
ip link set leg0 mtu 1442 up; ip address add ${leg?.addresses[0]} dev leg0`,
    );
    await expect
      .poll(() => lab.sh('ot1', 'ping -c 1 -W 1 10.20.0.6 | grep -c "1 received" || true'), {
        timeout: 10_000,
      })
      .toBe('1');
    await lab.sh('ot1', 'ovs-vsctl del-port leg0');
    await cloud.changes(cloud.all);
  });

  test('keeps rows that were made by hand, purge included', async () => {
    await lab.sh(
      'ot1',
      `ovn-nbctl ls-add theirs -- lsp-add theirs their-port -- lsp-set-addresses their-port "52:54:00:aa:00:01 10.99.0.5" \
-- lr-add their-router -- lr-nat-add their-router snat 198.51.100.1 10.99.0.0/24 -- pg-add their_group their-port \
-- acl-add their_group to-lport 1000 'outport == @their_group' drop \
-- create DHCP_Options cidr=10.99.0.0/24 options:lease_time=3600 -- create DNS records:a=10.99.0.5 -- lb-add their-lb 198.51.100.1:80 10.99.0.5:80`,
    );
    const theirs = () =>
      lab.sh(
        'ot1',
        'ovn-nbctl show theirs; ovn-nbctl lr-nat-list their-router; ovn-nbctl acl-list their_group; ovn-nbctl list DHCP_Options; ovn-nbctl list DNS; ovn-nbctl lb-list',
      );
    const before = await cloud.dump();
    await cloud.changes({
      ...cloud.all,
      purge: true,
      networks: [DMZ],
      uplinks: [],
      hypervisors: cloud.hosts([cloud.entries[0].slice(1), []]),
    });
    await cloud.changes({ purge: true });
    const left = await theirs();
    expect(await cloud.dump()).not.toContain('piecewise');
    await cloud.changes(cloud.all);
    await cloud.changes({
      purge: true,
      networks: [LAN, DMZ].map(({ name }) => ({ name, state: 'absent' })),
      uplinks: [{ name: 'wan', state: 'absent' }],
    });
    expect(await theirs()).toBe(left);
    expect(before).toContain('their-router');
    await lab.sh(
      'ot1',
      'ovn-nbctl ls-del theirs -- lr-del their-router -- pg-del their_group -- lb-del their-lb; for t in DHCP_Options DNS; do ovn-nbctl --bare --columns=_uuid list $t | xargs -rn1 ovn-nbctl destroy $t; done',
    );
    // Nothing of ours is left, not even in rows that are OVN's own.
    expect(await cloud.dump()).toBe(clean);
  });

  test('names a hypervisor that has not carried out a change, and waits no longer for it', async () => {
    await lab.sh('ot2', 'pkill -STOP -x ovn-controller');
    const late = await cloud.run({ ...cloud.all, timeout: 3 });
    expect(late).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(late.warnings).toContainEqual(expect.stringContaining('not yet carried out by: ot2;'));
    // One that was late before is not waited for again.
    const begin = Date.now();
    const next = await cloud.run({ ...cloud.all, timeout: 60, networks: [{ ...LAN, mtu: 1400 }, DMZ] });
    expect(next).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(Date.now() - begin).toBeLessThan(30_000);
    await lab.sh('ot2', 'pkill -CONT -x ovn-controller');
    await expect.poll(async () => (await cloud.run(cloud.all)).behind, { timeout: 30_000 }).toEqual([]);
  });

  test('names a hypervisor that has taken itself out', async () => {
    await lab.sh('ot2', 'systemctl stop ovn-controller');
    const left = await cloud.run({ ...cloud.all, networks: [{ ...LAN, mtu: 1380 }, DMZ] });
    expect(left).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(left.warnings).toContainEqual(expect.stringContaining("OVN knows no hypervisor 'ot2'"));
    await lab.sh('ot2', 'systemctl start ovn-controller');
    await expect.poll(async () => (await cloud.run(cloud.all)).behind, { timeout: 30_000 }).toEqual([]);
  });

  test('says that northd does not carry it out', async () => {
    await lab.sh('ot1', 'pkill -STOP -x ovn-northd');
    const { msg } = await cloud.run({ ...cloud.all, timeout: 3, networks: [{ ...LAN, mtu: 1300 }, DMZ] });
    await lab.sh('ot1', 'pkill -CONT -x ovn-northd');
    expect(msg).toContain('the change is written, but ovn-northd did not carry it out within 3 s');
  });
}, 300_000);
