import { expect } from 'vitest';
import { type Cloud, DMZ, LAN, nic, titles } from './cloud.ts';
import { OUTSIDE } from './guests.ts';

// What guests of two hypervisors can do, and what they can't. These build on each other, in this order.

/** Writes all, in this order. */
export async function expectMade(cloud: Cloud): Promise<void> {
  const result = await cloud.changes(cloud.all);
  expect(titles(result)).toEqual([
    'add uplink wan',
    'add network lan',
    'add network dmz',
    'add interface of web1 in lan',
    'add interface of db1 in dmz',
    'add interface of ops1 in lan',
    'add interface of late1 in lan',
  ]);
  expect(result.behind).toEqual([]);
  expect(result.networks).toMatchObject([
    { name: 'lan', mtu: 1442, outside: ['192.0.2.10'] },
    { name: 'dmz' },
  ]);
}

/** Makes the guests, which get leases, reach each other over hypervisors, and are found by their names. */
export async function expectLeases(cloud: Cloud): Promise<void> {
  const { guests, web, ops, late, db, out } = cloud;
  for (const one of [web, ops, late, db]) await guests.add(one);
  await guests.addOutside(out);
  await cloud.central('ovn-nbctl --wait=hv --timeout=20 sync');
  expect(await guests.lease(web)).toMatchObject({
    ...{ ip: '10.20.0.5', mask: '24', mtu: '1442', router: '10.20.0.1', dns: OUTSIDE, domain: 'lab.test' },
    ...{ lease: '3600', ntpsrv: '192.0.2.123' },
  });
  expect(await guests.lease(ops)).toMatchObject({ ip: '10.20.0.6' });
  expect(await guests.lease(late)).toMatchObject({ ip: '10.20.0.100' });
  // A network that leads nowhere gives no default route.
  const leased = await guests.lease(db);
  expect(leased).toMatchObject({ ip: '10.21.0.5', mtu: '1442' });
  expect(leased).not.toHaveProperty('router');
  expect(await guests.pings(web, '10.20.0.6')).toBe(true);
  expect(await guests.pings(late, '10.20.0.5')).toBe(true);
  expect(await guests.resolve(ops, OUTSIDE, 'web1.lab.test')).toBe('10.20.0.5');
  expect(await guests.resolve(ops, OUTSIDE, 'www.lab.test')).toBe('10.20.0.5');
  expect(await guests.resolve(web, OUTSIDE, 'late1.lab.test')).toBe('10.20.0.100');
  expect(await guests.resolve(web, OUTSIDE, 'printer.lab.test')).toBe('10.20.0.9');
  expect(await guests.resolve(web, OUTSIDE, 'web1.lab.test', 'AAAA')).toBe('fd00:20::5054:ff:fe21:1');
}

/** Networks don't reach each other, nor know each other's names. */
export async function expectSeparate({ guests, web, db }: Cloud): Promise<void> {
  await guests.inside(db, 'ip route replace default via 10.21.0.1');
  expect(await guests.pings(web, '10.21.0.5')).toBe(false);
  expect(await guests.pings(db, '10.20.0.5')).toBe(false);
  expect(await guests.resolve(db, '10.21.0.1', 'web1.lab.test')).toContain('no servers could be reached');
}

/** Guests reach the outside by NAT, and the outside a guest by a forward only. */
export async function expectNat({ guests, web, ops, out }: Cloud): Promise<void> {
  expect(await guests.pings(ops, OUTSIDE)).toBe(true);
  await guests.sh(
    out.host,
    `ip netns exec ${out.name} tcpdump -lni eth0 -c 2 icmp >/run/seen 2>/run/seen-by & until grep -q listening /run/seen-by; do sleep 0.1; done`,
  );
  await guests.pings(web, OUTSIDE);
  const seen = () => guests.sh(out.host, 'cat /run/seen');
  await expect.poll(seen, { timeout: 20_000 }).toContain(`IP 192.0.2.10 > ${OUTSIDE}: ICMP echo request`);
  await guests.listen(web, 80);
  await guests.listen(web, 22);
  expect(await guests.connects(out, '192.0.2.10:8080')).toBe('web1-80');
  expect(await guests.connects(out, '192.0.2.30:2222')).toBe('web1-22');
  // Another guest of the network, by the address outside.
  expect(await guests.connects(ops, '192.0.2.10:8080')).toBe('web1-80');
  // The router is asked to route what no forward has.
  await guests.inside(out, 'ip route replace 10.20.0.0/24 via 192.0.2.10');
  expect(await guests.pings(out, '10.20.0.5')).toBe(false);
  expect(await guests.connects(out, '10.20.0.5:80')).not.toBe('web1-80');
  await guests.inside(out, 'ip route delete 10.20.0.0/24');
}

/** A network that is routed to another one reaches it, and gets answers only. */
export async function expectRoutes(cloud: Cloud): Promise<void> {
  const { guests, web, ops, db, all } = cloud;
  const routed = { ...all, networks: [{ ...LAN, routed_to: ['dmz'] }, DMZ] };
  const result = await cloud.changes(routed);
  expect(result.diff).toMatchObject([
    { after_header: 'change network lan', after: expect.stringContaining('"routed_to"') },
    { after_header: 'change network dmz' },
  ]);
  expect(await guests.lease(db)).toMatchObject({ router: '10.21.0.1' });
  expect(await guests.pings(web, '10.21.0.5')).toBe(true);
  expect(await guests.pings(ops, '10.21.0.5')).toBe(true);
  expect(await guests.pings(ops, 'fd00:21::5054:ff:fe21:4')).toBe(true);
  expect(await guests.pings(db, '10.20.0.5')).toBe(false);
  expect(await guests.connects(db, '10.20.0.5:80')).not.toBe('web1-80');
  const both = [
    { ...LAN, routed_to: ['dmz'] },
    { ...DMZ, routed_to: ['lan'] },
  ];
  await cloud.changes({ ...all, networks: both });
  expect(await guests.pings(db, '10.20.0.5')).toBe(true);
  expect(await guests.connects(db, '10.20.0.5:80')).toBe('web1-80');
  await cloud.changes(all);
  expect(await guests.pings(web, '10.21.0.5')).toBe(false);
}

/** A security group lets one port in from another group, and nothing else. */
export async function expectGroups(cloud: Cloud): Promise<void> {
  const { guests, web, ops, late, out, all } = cloud;
  const [[, dbEntry], [, lateEntry]] = cloud.entries;
  const webNic = { addresses: ['10.20.0.5'], aliases: ['www'], security_groups: ['web-servers'] };
  const opsNic = { addresses: ['10.20.0.6'], security_groups: ['ops'] };
  const grouped = {
    ...all,
    security_groups: [
      { name: 'web-servers', rules: [{ protocol: 'tcp', ports: ['22'], from_group: 'ops' }] },
      { name: 'ops' },
    ],
    hypervisors: cloud.hosts([
      [{ name: 'web1', ...nic(web, 'lan', webNic) }, dbEntry],
      [{ name: 'ops1', ...nic(ops, 'lan', opsNic) }, lateEntry],
    ]),
  };
  const result = await cloud.changes(grouped);
  expect(titles(result)).toEqual([
    'add security group web-servers',
    'add security group ops',
    'change interface of web1 in lan',
    'change interface of ops1 in lan',
  ]);
  expect(await guests.connects(ops, '10.20.0.5:22')).toBe('web1-22');
  expect(await guests.connects(ops, '[fd00:20::5054:ff:fe21:1]:22')).toBe('web1-22');
  expect(await guests.connects(ops, '10.20.0.5:80')).not.toBe('web1-80');
  expect(await guests.pings(ops, '10.20.0.5')).toBe(false);
  expect(await guests.connects(late, '10.20.0.5:22')).not.toBe('web1-22');
  // A forward opens nothing that the groups don't.
  expect(await guests.connects(out, '192.0.2.10:8080')).not.toBe('web1-80');
  // All goes out, and answers come back; leases, names and advertisements too.
  expect(await guests.pings(web, OUTSIDE)).toBe(true);
  expect(await guests.lease(web)).toMatchObject({ ip: '10.20.0.5' });
  expect(await guests.resolve(web, OUTSIDE, 'late1.lab.test')).toBe('10.20.0.100');
  const absent = ['web-servers', 'ops'].map((name) => ({ name, state: 'absent' }));
  await cloud.changes({ ...all, security_groups: absent });
  expect(await guests.connects(late, '10.20.0.5:80')).toBe('web1-80');
}
