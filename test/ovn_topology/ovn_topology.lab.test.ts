import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { runModule } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { type NamespaceGuest, OUTSIDE, OvnLab } from './lab.ts';

type Values = Record<string, unknown>;

const guest = (host: 'ot1' | 'ot2', name: string, number: number): NamespaceGuest => ({
  ...{ host, name, mac: `52:54:00:21:00:0${number}` },
  id: `00000000-0000-4000-8000-00000000000${number}`,
});

const WEB = guest('ot1', 'web1', 1);
const OPS = guest('ot2', 'ops1', 2);
const LATE = guest('ot2', 'late1', 3);
const DB = guest('ot1', 'db1', 4);
const OUT = { host: 'ot1', name: 'outside' } as const;

const nic = ({ id, mac }: NamespaceGuest, network: string, more: Values = {}) => ({
  interfaces: [{ network, port: id, mac, ...more }],
});

const LAN = {
  name: 'lan',
  subnet: ['10.20.0.0/24', 'fd00:20::/64'],
  dhcp: { range: ['10.20.0.100', '10.20.0.199'], lease_time: '1h', options: { 'ntp-server': '192.0.2.123' } },
  dns: {
    domain: 'lab.test',
    forwarders: [OUTSIDE],
    records: [{ name: 'printer', address: ['10.20.0.9'] }],
  },
  nat: true,
  forwards: [
    { port: '8080', to: 'web1', to_port: '80' },
    { port: '2222', to: 'web1', to_port: '22', listen: ['192.0.2.30'] },
  ],
};
const DMZ = { name: 'dmz', subnet: ['10.21.0.0/24', 'fd00:21::/64'], dhcp: {} };
const WAN = {
  ...{ name: 'wan', bridge: 'br-ex', subnet: ['192.0.2.0/24'], gateway: [OUTSIDE] },
  ...{ addresses: ['192.0.2.10', '192.0.2.20'], gateways: ['ot1'] },
};
const GUESTS = {
  ot1: [
    { name: 'web1', ...nic(WEB, 'lan', { addresses: ['10.20.0.5'], aliases: ['www'] }) },
    { name: 'db1', ...nic(DB, 'dmz', { addresses: ['10.21.0.5'] }) },
  ],
  ot2: [
    { name: 'ops1', ...nic(OPS, 'lan', { addresses: ['10.20.0.6'] }) },
    { name: 'late1', ...nic(LATE, 'lan') },
  ],
};
const hosts = (guests: { ot1?: unknown; ot2?: unknown } = GUESTS) => [
  { name: 'ot1', chassis: 'chassis-ot1', ...(guests.ot1 ? { guests: guests.ot1 } : {}) },
  { name: 'ot2', chassis: 'chassis-ot2', ...(guests.ot2 ? { guests: guests.ot2 } : {}) },
];
const CLOUD = { networks: [LAN, DMZ], uplinks: [WAN], hypervisors: hosts() };

// The tests build on each other, in this order.
describe('ovn_topology', () => {
  let lab: OvnLab;
  let clean = '';
  /** All rows, as text, without the numbers of changes. */
  const dump = async () => {
    const tables = await lab.sh('ot1', 'ovsdb-client dump unix:/var/run/ovn/ovnnb_db.sock OVN_Northbound');
    return tables
      .split('\n\n')
      .filter((table) => !table.startsWith('NB_Global table'))
      .join('\n\n');
  };
  const run = (args: Values, check = false): Promise<Result> =>
    runModule(lab.hypervisors.ot1, 'ovn_topology', args, { check });
  /** Runs a task that changes something: check mode says the same and changes nothing, and a second run changes nothing. */
  async function changes(args: Values): Promise<Result & Values> {
    const before = await dump();
    const foreseen = await run(args, true);
    expect(await dump()).toBe(before);
    const result = await run(args);
    expect(result.msg).toBeUndefined();
    expect(result).toMatchObject({ changed: true });
    expect(foreseen).toEqual(result);
    expectUnchanged(await run(args));
    return result;
  }
  const titles = ({ diff }: Result & Values) =>
    (diff as { after_header: string }[]).map(({ after_header }) => after_header);
  const connects = async (from: Pick<NamespaceGuest, 'host' | 'name'>, to: string) =>
    (await lab.inside(from, `timeout 5 socat -u TCP:${to},connect-timeout=3 -`)).trim();
  const listen = ({ host, name }: NamespaceGuest, port: number) =>
    lab.sh(
      host,
      `ip netns exec ${name} socat TCP6-LISTEN:${port},ipv6only=0,fork,reuseaddr SYSTEM:'echo ${name}-${port}' >/dev/null 2>&1 </dev/null &`,
    );

  beforeAll(async () => {
    lab = await OvnLab.start();
    await lab.clean();
    await run({ purge: true, hypervisors: hosts({ ot1: [], ot2: [] }) });
    clean = await dump();
  }, 600_000);
  afterAll(async () => {
    if (process.env.PIECEWISE_KEEP) return;
    await lab?.end();
  });

  test('makes networks, an uplink and the interfaces of guests', async () => {
    const result = await changes(CLOUD);
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
    // What ovn-nbctl and northd think of it.
    expect(await lab.sh('ot1', 'ovn-nbctl lr-list | wc -l; ovn-nbctl lr-nat-list lan | grep -c snat')).toBe(
      '2\n1',
    );
  });

  test('guests on two hypervisors get leases, reach each other, and are found by their names', async () => {
    for (const one of [WEB, OPS, LATE, DB]) await lab.guest(one);
    await lab.outside();
    await lab.sh('ot1', 'ovn-nbctl --wait=hv --timeout=20 sync');
    expect(await lab.lease(WEB)).toMatchObject({
      ...{ ip: '10.20.0.5', mask: '24', mtu: '1442', router: '10.20.0.1', dns: OUTSIDE, domain: 'lab.test' },
      ...{ lease: '3600', ntpsrv: '192.0.2.123' },
    });
    expect(await lab.lease(OPS)).toMatchObject({ ip: '10.20.0.6' });
    expect(await lab.lease(LATE)).toMatchObject({ ip: '10.20.0.100' });
    // A network that leads nowhere gives no default route.
    const db = await lab.lease(DB);
    expect(db).toMatchObject({ ip: '10.21.0.5', mtu: '1442' });
    expect(db).not.toHaveProperty('router');
    expect(await lab.pings(WEB, '10.20.0.6')).toBe(true);
    expect(await lab.resolve(OPS, OUTSIDE, 'web1.lab.test')).toBe('10.20.0.5');
    expect(await lab.resolve(OPS, OUTSIDE, 'www.lab.test')).toBe('10.20.0.5');
    expect(await lab.resolve(WEB, OUTSIDE, 'late1.lab.test')).toBe('10.20.0.100');
    expect(await lab.resolve(WEB, OUTSIDE, 'printer.lab.test')).toBe('10.20.0.9');
    expect(await lab.resolve(WEB, OUTSIDE, 'web1.lab.test', 'AAAA')).toBe('fd00:20::5054:ff:fe21:1');
  });

  test('carries packets of the MTU between hypervisors, and no larger ones', async () => {
    const ping = (size: number) => lab.inside(WEB, `ping -c 2 -W 1 -M do -s ${size - 28} 10.20.0.6`);
    expect(await ping(1442)).toMatch(/[12] received/);
    expect(await ping(1443)).not.toMatch(/[12] received/);
  });

  test('advertises IPv6, by which guests make their own addresses', async () => {
    const address = (one: NamespaceGuest) => lab.inside(one, 'ip -6 -o address show dev eth0 scope global');
    for (const [one, ip] of [
      [WEB, 'fd00:20::5054:ff:fe21:1/64'],
      [OPS, 'fd00:20::5054:ff:fe21:2/64'],
    ] as const)
      await expect.poll(() => address(one), { timeout: 20_000 }).toContain(ip);
    // Another interface has not been told by DHCP what this one has.
    await lab.inside(DB, 'ip link set eth0 mtu 1500; ip link set eth0 down; ip link set eth0 up');
    const mtu = () => lab.inside(DB, 'cat /proc/sys/net/ipv6/conf/eth0/mtu');
    await expect.poll(mtu, { timeout: 20_000 }).toBe('1442');
    expect(await lab.pings(WEB, 'fd00:20::5054:ff:fe21:2')).toBe(true);
  });

  test('separates networks', async () => {
    await lab.inside(DB, 'ip route replace default via 10.21.0.1');
    expect(await lab.pings(WEB, '10.21.0.5')).toBe(false);
    expect(await lab.pings(DB, '10.20.0.5')).toBe(false);
    expect(await lab.resolve(DB, '10.21.0.1', 'web1.lab.test')).toContain('no servers could be reached');
  });

  test('guests reach the outside by NAT, and the outside a guest by a forward only', async () => {
    expect(await lab.pings(OPS, OUTSIDE)).toBe(true);
    await lab.sh('ot1', 'ip netns exec outside tcpdump -lni eth0 -c 2 icmp >/run/seen 2>/dev/null & sleep 1');
    await lab.pings(WEB, OUTSIDE);
    expect(await lab.sh('ot1', 'sleep 1; cat /run/seen')).toContain(
      'IP 192.0.2.10 > 192.0.2.1: ICMP echo request',
    );
    await listen(WEB, 80);
    await listen(WEB, 22);
    expect(await connects(OUT, '192.0.2.10:8080')).toBe('web1-80');
    expect(await connects(OUT, '192.0.2.30:2222')).toBe('web1-22');
    // Another guest of the network, by the address outside.
    expect(await connects(OPS, '192.0.2.10:8080')).toBe('web1-80');
    // The router is asked to route what no forward has.
    await lab.inside(OUT, 'ip route replace 10.20.0.0/24 via 192.0.2.10');
    expect(await lab.pings(OUT, '10.20.0.5')).toBe(false);
    expect(await connects(OUT, '10.20.0.5:80')).not.toBe('web1-80');
    await lab.inside(OUT, 'ip route delete 10.20.0.0/24');
  });

  test('routes to another network, and lets it answer only', async () => {
    const routed = { ...CLOUD, networks: [{ ...LAN, routed_to: ['dmz'] }, DMZ] };
    const result = await changes(routed);
    expect(result.diff).toMatchObject([
      { after_header: 'change network lan', after: expect.stringContaining('"routed_to"') },
      { after_header: 'change network dmz' },
    ]);
    expect(await lab.lease(DB)).toMatchObject({ router: '10.21.0.1' });
    expect(await lab.pings(WEB, '10.21.0.5')).toBe(true);
    expect(await lab.pings(OPS, '10.21.0.5')).toBe(true);
    expect(await lab.pings(OPS, 'fd00:21::5054:ff:fe21:4')).toBe(true);
    expect(await lab.pings(DB, '10.20.0.5')).toBe(false);
    expect(await connects(DB, '10.20.0.5:80')).not.toBe('web1-80');
    await changes({
      ...CLOUD,
      networks: [
        { ...LAN, routed_to: ['dmz'] },
        { ...DMZ, routed_to: ['lan'] },
      ],
    });
    expect(await lab.pings(DB, '10.20.0.5')).toBe(true);
    expect(await connects(DB, '10.20.0.5:80')).toBe('web1-80');
    await changes(CLOUD);
    expect(await lab.pings(WEB, '10.21.0.5')).toBe(false);
  });

  test('a security group lets one port in from another group, and nothing else', async () => {
    const [web, db] = GUESTS.ot1;
    const [ops, late] = GUESTS.ot2;
    const grouped = {
      ...CLOUD,
      security_groups: [
        { name: 'web-servers', rules: [{ protocol: 'tcp', ports: ['22'], from_group: 'ops' }] },
        { name: 'ops' },
      ],
      hypervisors: hosts({
        ot1: [
          {
            name: web?.name,
            ...nic(WEB, 'lan', {
              addresses: ['10.20.0.5'],
              aliases: ['www'],
              security_groups: ['web-servers'],
            }),
          },
          db,
        ],
        ot2: [
          { name: ops?.name, ...nic(OPS, 'lan', { addresses: ['10.20.0.6'], security_groups: ['ops'] }) },
          late,
        ],
      }),
    };
    const result = await changes(grouped);
    expect(titles(result)).toEqual([
      'add security group web-servers',
      'add security group ops',
      'change interface of web1 in lan',
      'change interface of ops1 in lan',
    ]);
    expect(await connects(OPS, '10.20.0.5:22')).toBe('web1-22');
    expect(await connects(OPS, '[fd00:20::5054:ff:fe21:1]:22')).toBe('web1-22');
    expect(await connects(OPS, '10.20.0.5:80')).not.toBe('web1-80');
    expect(await lab.pings(OPS, '10.20.0.5')).toBe(false);
    expect(await connects(LATE, '10.20.0.5:22')).not.toBe('web1-22');
    // A forward opens nothing that the groups don't.
    expect(await connects(OUT, '192.0.2.10:8080')).not.toBe('web1-80');
    // All goes out, and answers come back; leases, names and advertisements too.
    expect(await lab.pings(WEB, OUTSIDE)).toBe(true);
    expect(await lab.lease(WEB)).toMatchObject({ ip: '10.20.0.5' });
    expect(await lab.resolve(WEB, OUTSIDE, 'late1.lab.test')).toBe('10.20.0.100');
    await changes({
      ...grouped,
      security_groups: [
        { name: 'web-servers', state: 'absent' },
        { name: 'ops', state: 'absent' },
      ],
      hypervisors: hosts(),
    });
    expect(await connects(LATE, '10.20.0.5:80')).toBe('web1-80');
  });

  test('a guest can use no address of another', async () => {
    await lab.inside(LATE, 'ip address add 10.20.0.77/24 dev eth0');
    const from = (ip: string) => lab.inside(LATE, `ping -c 2 -W 1 -I ${ip} 10.20.0.5`);
    expect(await from('10.20.0.77')).toContain(' 0 received');
    // The kernel asks for its neighbour with the address of the first packet.
    await lab.inside(LATE, 'ip neighbour flush dev eth0');
    expect(await from('10.20.0.100')).toMatch(/[12] received/);
    await lab.inside(LATE, 'ip address delete 10.20.0.77/24 dev eth0');
  });

  test('gives hypervisors interfaces by which they reach guests', async () => {
    const result = await changes({ ...CLOUD, networks: [{ ...LAN, host_port: true }, DMZ] });
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
    await changes(CLOUD);
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
    const before = await dump();
    await changes({
      ...CLOUD,
      purge: true,
      networks: [DMZ],
      uplinks: [],
      hypervisors: hosts({ ot1: GUESTS.ot1.slice(1), ot2: [] }),
    });
    await changes({ purge: true });
    const left = await theirs();
    expect(await dump()).not.toContain('piecewise');
    await changes(CLOUD);
    await changes({
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
    expect(await dump()).toBe(clean);
  });

  test('names a hypervisor that has not carried out a change, and waits no longer for it', async () => {
    await lab.sh('ot2', 'pkill -STOP -x ovn-controller');
    const late = await run({ ...CLOUD, timeout: 3 });
    expect(late).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(late.warnings).toContainEqual(expect.stringContaining('not yet carried out by: ot2;'));
    // One that was late before is not waited for again.
    const begin = Date.now();
    const next = await run({ ...CLOUD, timeout: 60, networks: [{ ...LAN, mtu: 1400 }, DMZ] });
    expect(next).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(Date.now() - begin).toBeLessThan(30_000);
    await lab.sh('ot2', 'pkill -CONT -x ovn-controller');
    await expect.poll(async () => (await run(CLOUD)).behind, { timeout: 30_000 }).toEqual([]);
  });

  test('names a hypervisor that has taken itself out', async () => {
    await lab.sh('ot2', 'systemctl stop ovn-controller');
    const left = await run({ ...CLOUD, networks: [{ ...LAN, mtu: 1380 }, DMZ] });
    expect(left).toMatchObject({ changed: true, behind: ['ot2'] });
    expect(left.warnings).toContainEqual(expect.stringContaining("OVN knows no hypervisor 'ot2'"));
    await lab.sh('ot2', 'systemctl start ovn-controller');
    await expect.poll(async () => (await run(CLOUD)).behind, { timeout: 30_000 }).toEqual([]);
  });

  test('says that northd does not carry it out', async () => {
    await lab.sh('ot1', 'pkill -STOP -x ovn-northd');
    const { msg } = await run({ ...CLOUD, timeout: 3, networks: [{ ...LAN, mtu: 1300 }, DMZ] });
    await lab.sh('ot1', 'pkill -CONT -x ovn-northd');
    expect(msg).toContain('the change is written, but ovn-northd did not carry it out within 3 s');
  });
}, 300_000);
