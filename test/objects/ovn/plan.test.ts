import { beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../../modules/objects/ovn/plan.ts';
import { ModelDatabase } from '../../lib/ovn/model.ts';
import { mac, nic, options, run, stateOf, uuid } from './given.ts';

const LAN = {
  name: 'lan',
  subnet: ['10.20.0.0/24', 'fd00:20::/64'],
  dhcp: { range: ['10.20.0.100', '10.20.0.101'] },
  dns: { domain: 'lab.test', forwarders: ['192.0.2.53'] },
  nat: true,
  uplink: 'wan',
};
const DMZ = { name: 'dmz', subnet: ['10.21.0.0/24'], dhcp: {} };
const WAN = {
  name: 'wan',
  subnet: ['192.0.2.0/24'],
  gateway: ['192.0.2.1'],
  addresses: ['192.0.2.4', '192.0.2.9'],
};
const HOSTS = [
  { name: 'hv1', guests: [] },
  { name: 'hv2', chassis: 'id-of-hv2' },
];
const withGuests = (...interfaces: Record<string, unknown>[]) => [
  { name: 'hv1', guests: [{ name: 'web1', interfaces }] },
  { name: 'hv2', chassis: 'id-of-hv2' },
];
const CLOUD = { networks: [LAN, DMZ], uplinks: [WAN], hypervisors: HOSTS };

describe('a plan of a cloud', () => {
  let database: ModelDatabase;
  beforeEach(() => {
    database = new ModelDatabase();
  });
  const rows = (table: keyof ReturnType<ModelDatabase['read']>) =>
    database.read()[table] as unknown as Record<string, unknown>[];
  const port = (number: number) => rows('Logical_Switch_Port').find(({ name }) => name === uuid(number));

  it('makes networks and uplinks in one transaction, and nothing the second time', () => {
    expect(run(database, CLOUD).titles).toEqual(['add uplink wan', 'add network lan', 'add network dmz']);
    expect(run(database, CLOUD)).toMatchObject({ titles: [], operations: [] });
    expect(rows('NAT')).toMatchObject([
      { type: 'snat', external_ip: '192.0.2.4', logical_ip: '10.20.0.0/24' },
    ]);
    expect(rows('HA_Chassis').map(({ chassis_name }) => chassis_name)).toEqual(['hv1', 'id-of-hv2']);
    expect(rows('DHCP_Options').map(({ options }) => options)).toContainEqual(
      expect.objectContaining({
        mtu: '1442',
        router: '10.20.0.1',
        dns_server: '{192.0.2.53}',
        domain_name: '"lab.test"',
      }),
    );
    // A network that leads nowhere gives no default route.
    expect(rows('DHCP_Options').find(({ cidr }) => cidr === '10.21.0.0/24')?.options).not.toHaveProperty(
      'router',
    );
  });

  it('gives guests the lowest free addresses, and keeps them', () => {
    const two = { ...CLOUD, hypervisors: withGuests(nic('lan', 1), nic('lan', 2)) };
    run(database, two);
    expect(port(1)).toMatchObject({ addresses: [`${mac(1)} 10.20.0.100 fd00:20::5054:ff:fe00:1`] });
    expect(port(2)).toMatchObject({ port_security: [`${mac(2)} 10.20.0.101 fd00:20::5054:ff:fe00:2`] });
    run(database, { ...CLOUD, hypervisors: withGuests(nic('lan', 2)) });
    expect(port(1)).toBeUndefined();
    run(database, { ...CLOUD, hypervisors: withGuests(nic('lan', 3), nic('lan', 2)) });
    expect(port(2)).toMatchObject({ addresses: [`${mac(2)} 10.20.0.101 fd00:20::5054:ff:fe00:2`] });
    expect(port(3)).toMatchObject({ addresses: [`${mac(3)} 10.20.0.100 fd00:20::5054:ff:fe00:3`] });
    expect(() =>
      run(database, { ...CLOUD, hypervisors: withGuests(nic('lan', 3), nic('lan', 2), nic('lan', 4)) }),
    ).toThrow(
      "option 'hypervisors[0].guests[0].interfaces[2].addresses': the range of the network 'lan' has no IPv4 address left",
    );
  });

  it('keeps the ports, names and groups of hypervisors whose guests are not given', () => {
    const groups = { security_groups: [{ name: 'web', rules: [{ protocol: 'tcp', ports: ['80'] }] }] };
    const all = {
      ...{ ...CLOUD, ...groups },
      hypervisors: withGuests(
        nic('lan', 1, { addresses: ['10.20.0.5/24'], aliases: ['www'], security_groups: ['web'] }),
      ),
    };
    run(database, all);
    const before = database.read();
    expect(
      run(database, {
        ...all,
        hypervisors: [{ name: 'hv1' }, { name: 'hv2', chassis: 'id-of-hv2', guests: [] }],
      }).titles,
    ).toEqual([]);
    expect(database.read()).toEqual(before);
    expect(rows('DNS')).toMatchObject([
      {
        records: {
          'web1.lab.test': '10.20.0.5 fd00:20::5054:ff:fe00:1',
          www: '10.20.0.5 fd00:20::5054:ff:fe00:1',
          '5.0.20.10.in-addr.arpa': 'web1.lab.test',
          '1.0.0.0.0.0.e.f.f.f.0.0.4.5.0.5.0.0.0.0.0.0.0.0.0.2.0.0.0.0.d.f.ip6.arpa': 'web1.lab.test',
        },
      },
    ]);
    const gone = run(database, {
      ...all,
      hypervisors: [
        { name: 'hv1', state: 'absent' },
        { name: 'hv2', chassis: 'id-of-hv2' },
      ],
    });
    expect(gone.titles).toEqual([
      'change uplink wan',
      'change network lan',
      'remove interface of web1 in lan',
    ]);
  });

  it('makes a guest of a hypervisor that is gone on another one, with its address', () => {
    const [first, second] = HOSTS;
    const web = (port: number) => ({
      ...{ name: 'web1', interfaces: [nic('lan', port, { addresses: ['10.20.0.5/24'] })] },
    });
    run(database, { ...CLOUD, hypervisors: [{ ...first, guests: [web(1)] }, second] });
    const hypervisors = (state: string) => [
      { name: 'hv1', state },
      { ...second, guests: [web(2)] },
    ];
    expect(() => run(database, { ...CLOUD, hypervisors: hypervisors('present') })).toThrow(/10\.20\.0\.5/);
    run(database, { ...CLOUD, hypervisors: hypervisors('absent') });
    expect([port(1), port(2)]).toMatchObject([undefined, { external_ids: { 'piecewise-host': 'hv2' } }]);
  });

  it('has the gateways of an uplink without those that are gone, if one is left', () => {
    const both = { ...CLOUD, uplinks: [{ ...WAN, gateways: ['hv2', 'hv1'] }] };
    const [first, second] = HOSTS;
    run(database, both);
    run(database, { ...both, hypervisors: [first, { ...second, state: 'absent' }] });
    expect(rows('HA_Chassis').map(({ chassis_name }) => chassis_name)).toEqual(['hv1']);
    const none = [
      { name: 'hv1', state: 'absent' },
      { ...second, state: 'absent' },
    ];
    expect(() => run(database, { ...both, hypervisors: none })).toThrow(
      /all of them \(hv2, hv1\) are absent/,
    );
    expect(() => run(database, { ...CLOUD, hypervisors: none })).toThrow(/no hypervisor can be the gateway/);
  });

  it('has nothing to remove of a cloud that has left, whose databases are gone', () => {
    const state = { ...stateOf(database), unreachable: 'no database' };
    const absent = <T extends object>(list: readonly T[]) => list.map((one) => ({ ...one, state: 'absent' }));
    const all = {
      networks: absent(CLOUD.networks),
      uplinks: absent(CLOUD.uplinks),
      hypervisors: absent(CLOUD.hypervisors),
    };
    expect(plan(options(all), state)).toMatchObject({ changes: [], missing: [] });
    const one = { ...CLOUD, hypervisors: absent(CLOUD.hypervisors) };
    expect(plan(options(one), state).missing).toEqual(['no database']);
  });

  it('tells changes in the words of the variables', () => {
    run(database, CLOUD);
    const { changes } = run(database, { ...CLOUD, networks: [{ ...LAN, nat: false, mtu: 1400 }, DMZ] });
    expect(changes).toMatchObject([
      { title: 'change network lan', before: { mtu: 1442, nat: true }, after: { mtu: 1400 } },
    ]);
    expect(changes[0]?.after).toEqual({ mtu: 1400 });
  });

  it('repairs what others changed, and says which part', () => {
    run(database, CLOUD);
    const before = database.read();
    const nat = before.NAT[0];
    database.set('NAT', nat?._uuid ?? '', { external_ip: '192.0.2.200' });
    expect(run(database, CLOUD).changes).toMatchObject([
      {
        title: 'change network lan',
        before: { nat: { external_ip: '192.0.2.200' } },
        after: { nat: { external_ip: '192.0.2.4' } },
      },
    ]);
    expect(database.read()).toEqual(before);
  });

  it('routes between networks, and lets only one side open connections', () => {
    const networks = [{ ...LAN, routed_to: ['dmz'] }, DMZ];
    run(database, { ...CLOUD, networks });
    const peers = rows('Logical_Router_Port').filter(({ peer }) => peer !== undefined);
    expect(peers).toMatchObject([
      { name: 'lan.to.dmz', peer: 'dmz.to.lan', networks: ['169.254.0.2/30'] },
      { name: 'dmz.to.lan', peer: 'lan.to.dmz', networks: ['169.254.0.1/30'] },
    ]);
    expect(rows('ACL').map(({ match }) => match)).toEqual([
      'outport == "wan.uplink.lan" && ip4.dst == {10.20.0.0/24, 10.21.0.0/24}',
      'outport == "wan.uplink.lan" && ip6.dst == {fd00:20::/64}',
      'ip4.src == 10.21.0.0/24',
      'ip',
    ]);
    const both = [
      { ...LAN, routed_to: ['dmz'] },
      { ...DMZ, routed_to: ['lan'] },
    ];
    run(database, { ...CLOUD, networks: both });
    expect(rows('ACL')).toHaveLength(2);
    run(database, CLOUD);
    expect(rows('Logical_Router_Port').map(({ name }) => name)).toEqual([
      'lan.gateway',
      'lan.outside',
      'dmz.gateway',
    ]);
  });

  it('forwards ports to guests by their names, in the network too', () => {
    const networks = [
      {
        ...LAN,
        forwards: [
          { port: '8080', to: 'web1', to_port: '80' },
          { port: '53', protocol: 'udp', to: 'later' },
        ],
      },
      DMZ,
    ];
    const made = run(database, {
      ...CLOUD,
      networks,
      hypervisors: withGuests(nic('lan', 1, { addresses: ['10.20.0.5'] })),
    });
    expect(rows('Load_Balancer')).toMatchObject([
      { protocol: 'tcp', vips: { '192.0.2.4:8080': '10.20.0.5:80' } },
    ]);
    expect(made.warnings).toEqual([
      expect.stringContaining("port 53 leads to 'later', which has no address"),
    ]);
    const [lb] = database.read().Load_Balancer;
    expect(rows('Logical_Router').find(({ name }) => name === 'lan')?.load_balancer).toEqual([lb?._uuid]);
  });

  it('makes rules of security groups', () => {
    const rules = [
      { protocol: 'tcp', ports: ['22', '8000-8100'], from_group: 'ops' },
      { protocol: 'icmp', from_network: 'lan' },
      { protocol: 'udp', from: ['192.0.2.7', 'fd00::/8'] },
      { protocol: 'tcp', ports: ['443'] },
    ];
    run(database, { ...CLOUD, security_groups: [{ name: 'web-in', rules }, { name: 'ops' }] });
    const allowed = rows('ACL')
      .filter(({ priority }) => priority === 3001)
      .map(({ match }) => match);
    const of = 'outport == @pw_web_in';
    const ports = '(tcp.dst == 22 || (tcp.dst >= 8000 && tcp.dst <= 8100))';
    expect(allowed).toEqual([
      `${of} && ip4 && ${ports} && ip4.src == $pw_ops_ip4`,
      `${of} && ip6 && ${ports} && ip6.src == $pw_ops_ip6`,
      `${of} && icmp4 && ip4.src == 10.20.0.0/24`,
      `${of} && icmp6 && ip6.src == fd00:20::/64`,
      `${of} && ip4 && udp && ip4.src == 192.0.2.7`,
      `${of} && ip6 && udp && ip6.src == fd00::/8`,
      `${of} && tcp.dst == 443`,
    ]);
  });

  it('gives hypervisors interfaces, with the highest free addresses', () => {
    const made = run(database, { ...CLOUD, networks: [{ ...DMZ, host_port: true }], uplinks: [] });
    expect(made.result?.host_interfaces).toMatchObject({
      hv1: { dmz: { interface_id: 'dmz.leg.hv1', addresses: ['10.21.0.254/24'], mtu: 1442 } },
      hv2: { dmz: { addresses: ['10.21.0.253/24'] } },
    });
    const one = run(database, {
      networks: [{ ...DMZ, host_port: true }],
      hypervisors: [{ name: 'hv3' }, { name: 'hv2' }],
    });
    expect(one.result?.host_interfaces).toMatchObject({
      hv3: { dmz: { addresses: ['10.21.0.252/24'] } },
      hv2: { dmz: { addresses: ['10.21.0.253/24'] } },
    });
  });

  it.each<[string, Record<string, unknown>[], string]>([
    [
      'address',
      [nic('lan', 1, { addresses: ['10.20.0.5'] }), nic('lan', 2, { addresses: ['10.20.0.5'] })],
      "guests[1].interfaces[0].addresses[0]': 10.20.0.5 is that of 'web1' on hv1",
    ],
    [
      'MAC address',
      [nic('lan', 1), nic('dmz', 2, { mac: mac(1) })],
      `guests[1].interfaces[0].mac': ${mac(1)} is that of 'web1' on hv1, in the network 'lan' already`,
    ],
    ['interface id', [nic('lan', 1), nic('lan', 2, { port: uuid(1) })], 'guests[1].interfaces[0].port'],
    [
      'address of the gateway',
      [nic('lan', 1, { addresses: ['10.20.0.1'] })],
      "10.20.0.1 is that of the gateway of the network 'lan'",
    ],
  ])('refuses a second %s', (_, interfaces, message) => {
    const guests = interfaces.map((one, i) => ({ name: `web${i + 1}`, interfaces: [one] }));
    expect(() => run(database, { ...CLOUD, hypervisors: [{ name: 'hv1', guests }] })).toThrow(message);
  });

  it('refuses an address that a port of others has', () => {
    run(database, CLOUD);
    const lan = database.read().Logical_Switch.find(({ name }) => name === 'lan');
    const theirs = database.add('Logical_Switch_Port', {
      name: 'theirs',
      addresses: ['52:54:00:aa:bb:cc 10.20.0.5'],
    });
    database.set('Logical_Switch', lan?._uuid ?? '', { ports: [...(lan?.ports ?? []), theirs] });
    expect(() =>
      run(database, { ...CLOUD, hypervisors: withGuests(nic('lan', 1, { addresses: ['10.20.0.5'] })) }),
    ).toThrow("10.20.0.5 is that of the port 'theirs', which others have made, already");
    expect(() => run(database, { networks: [{ name: 'lan', state: 'absent' }] })).toThrow(
      "option 'networks[0].state': the network 'lan' has rows that others have made (1 in 'ports')",
    );
    const { warnings, titles } = run(database, { purge: true, networks: [DMZ] });
    expect(titles).not.toContain('remove network lan');
    expect(warnings).toContainEqual(expect.stringContaining("the network 'lan' is kept"));
  });

  it('refuses a name that others have taken', () => {
    database.add('Logical_Switch', { name: 'lan' });
    expect(() => run(database, CLOUD)).toThrow(
      "OVN has a Logical_Switch 'lan' already, which is not of owner 'cloud'",
    );
  });

  it('keeps keys of maps, and columns, that others have set', () => {
    run(database, CLOUD);
    const [dns] = database.read().DNS;
    database.set('DNS', dns?._uuid ?? '', { records: { 'theirs.lab.test': '10.20.0.9' } });
    const guests = { ...CLOUD, hypervisors: withGuests(nic('lan', 1, { addresses: ['10.20.0.5'] })) };
    run(database, guests);
    run(database, CLOUD);
    expect(rows('DNS')).toMatchObject([{ records: { 'theirs.lab.test': '10.20.0.9' } }]);
  });

  it.each([
    ['removes', { nat: false }, 'NAT', { external_ids: {} }],
    ['changes', { mtu: 1400 }, 'DHCP_Options', { options: { mtu: '9000' } }],
    ['adds to', { host_port: true }, 'Logical_Switch', { ports: [] }],
  ] as const)('is refused where another changed a row meanwhile that it %s', (_, more, table, columns) => {
    run(database, CLOUD);
    const asked = plan(options({ ...CLOUD, networks: [{ ...LAN, ...more }, DMZ] }), stateOf(database));
    for (const { _uuid } of database.read()[table]) database.set(table, _uuid, columns);
    const before = database.read();
    expect(() => database.transact(asked.changes[0]?.step.writing?.operations ?? [])).toThrow('stale');
    expect(database.read()).toEqual(before);
  });

  it('names hypervisors that OVN does not know', () => {
    const { warnings, result } = run(database, { ...CLOUD, hypervisors: [...HOSTS, { name: 'hv9' }] });
    expect(result?.behind).toEqual(['hv9']);
    expect(warnings).toEqual([expect.stringContaining("OVN knows no hypervisor 'hv9'")]);
  });

  it('removes all that is of its owner, and nothing else', () => {
    const empty = database.read();
    run(database, {
      ...CLOUD,
      networks: [
        { ...LAN, routed_to: ['dmz'], forwards: [{ port: '80', to: '10.20.0.5' }], host_port: true },
        DMZ,
      ],
      security_groups: [{ name: 'web', rules: [{}] }],
      hypervisors: withGuests(nic('lan', 1, { security_groups: ['web'] })),
    });
    run(database, { owner: 'other', networks: [{ name: 'theirs', subnet: ['10.30.0.0/24'] }] });
    run(database, { purge: true });
    expect(rows('Logical_Switch').map(({ name }) => name)).toEqual(['theirs']);
    run(database, { owner: 'other', networks: [{ name: 'theirs', state: 'absent' }] });
    expect(database.read()).toEqual(empty);
  });
});
