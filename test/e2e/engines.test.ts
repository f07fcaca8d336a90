import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { type MoveHost, type MoveLab, startMoveLab } from '../move/lab.ts';
import { NetworkLab } from '../network/lab.ts';
import { ASKED, askedVm, askGuest, NAME_PORT } from './asked.ts';

// The same variables, made once by the engine `local` on one host, and once by `ovn` with each guest on another host: all that is
// looked at is the same. The tests of an engine build on each other.
const [ANSIBLE = '2.14'] = ANSIBLES;

const NETWORKS = [
  {
    name: 'lan',
    subnet: ['10.26.0.0/24', 'fd00:26::/64'],
    gateway: ['10.26.0.254', 'fd00:26::ff'],
    mtu: 1400,
    dhcp: {
      range: ['10.26.0.100', '10.26.0.199'],
      lease_time: '2h',
      options: { 'ntp-server': '10.26.0.9' },
    },
    dns: { domain: 'lab.test', forwarders: [], records: [{ name: 'nas', address: ['10.26.0.9'] }] },
    nat: true,
    forwards: [{ port: 8080, to: 'one', to_port: NAME_PORT }],
    routed_to: ['dmz'],
  },
  { name: 'dmz', subnet: '10.27.0.0/24', dhcp: {}, dns: { domain: 'dmz.test', forwarders: [] } },
];
const VMS = {
  one: askedVm('one', [{ name: 'lan', address: '10.26.0.5', aliases: ['www'] }]),
  two: askedVm('two', [{ name: 'lan' }]),
  three: askedVm('three', [{ name: 'dmz', address: '10.27.0.5' }]),
};
type Guest = keyof typeof VMS;
const GUESTS = Object.keys(VMS) as Guest[];

/** The host outside, and the address by which the cloud appears there. */
const OUTSIDE = { ipv4: '203.0.113.9', ipv6: '2001:db8:9::9' };
const UPLINK = { ipv4: '198.51.100.2', ipv6: '2001:db8:1::2' };

/** What the two runs don't have in common. */
interface Engine {
  readonly prefix: string;
  readonly hosts: readonly string[];
  hostOf(guest: Guest): string;
  /** The variables of the group. */
  readonly all: Readonly<Record<string, unknown>>;
  variablesOf(host: MoveHost): Record<string, unknown>;
  /** The way from the first host to the namespace outside. */
  readonly uplink: string;
}

const LOCAL: Engine = {
  prefix: 'el',
  hosts: ['hv1'],
  hostOf: () => 'hv1',
  all: { networks: NETWORKS.map((network, i) => ({ ...network, bridge: 'ovs-lan', vlan: 26 + i })) },
  variablesOf: () => ({}),
  uplink: 'outside',
};

const OVN: Engine = {
  prefix: 'eo',
  hosts: ['hv1', 'hv2', 'hv3'],
  hostOf: (guest) => `hv${GUESTS.indexOf(guest) + 1}`,
  all: {
    network_engine: 'ovn',
    ovn_central: ['hv1', 'hv2', 'hv3'],
    ovn_uplinks: [
      {
        ...{ name: 'wan', bridge: 'br-ex', subnet: ['198.51.100.0/24', '2001:db8:1::/64'] },
        gateway: ['198.51.100.1', '2001:db8:1::1'],
        ...{ addresses: [UPLINK.ipv4, UPLINK.ipv4], addresses6: [UPLINK.ipv6, UPLINK.ipv6] },
      },
    ],
    ovs_bridges: [{ name: 'br-ex' }],
    networks: NETWORKS,
  },
  variablesOf: ({ address }) => ({ ovn_address: address }),
  // The host has no address there, and OVN's router has those that it has otherwise.
  uplink: `outside
    ip address flush dev up0; ip route del default || true; ip -6 route del default || true
    ethtool -K up0 tx off >/dev/null; ip netns exec outside ethtool -K eth0 tx off >/dev/null
    ovs-vsctl --may-exist add-br br-ex -- set bridge br-ex datapath_type=netdev -- --may-exist add-port br-ex up0`,
};

describe.each([
  ['local', LOCAL],
  ['ovn', OVN],
] as const)('a cloud of the engine %s', { timeout: 900_000 }, (_name, engine) => {
  let lab: MoveLab;
  let outside: NetworkLab;
  const ask = (guest: Guest, script: string, seconds?: number) =>
    askGuest(lab.host(engine.hostOf(guest)), guest, script, seconds);
  /** Asks until the answer fits: what routers advertise, and the first packets to a neighbour, take their time. */
  const gets = (guest: Guest, script: string) =>
    expect.poll(() => ask(guest, script), {
      timeout: 60_000,
      interval: 1000,
      message: `${guest}: ${script}`,
    });
  const pings = (guest: Guest, address: string) =>
    gets(guest, `ping -c 1 -W 2 ${address} >/dev/null && echo yes || echo no`);
  const reads = (guest: Guest, address: string, port: number) =>
    gets(guest, `nc -w 5 ${address} ${port} </dev/null 2>/dev/null`);
  const addressOf = (guest: Guest, family: 4 | 6) =>
    ask(guest, `ip -${family} address show dev eth0 scope global | sed -n 's/^ *inet6* \\([^/]*\\).*/\\1/p'`);

  async function play(...args: string[]): Promise<string> {
    const { exitCode, output } = await lab.play(ANSIBLE, 'site', ...args);
    expect(exitCode, output).toBe(0);
    return output;
  }

  beforeAll(async () => {
    const releases = engine.hosts.map(() => 12 as const);
    lab = await startMoveLab({ prefix: engine.prefix, releases, mesh: 'none', image: ASKED });
    outside = new NetworkLab(lab.host('hv1').hypervisor);
    await outside.sh(`${engine.uplink}\nserve outside 80`);
    const hosts = lab.hosts.map((host) => {
      const vms = GUESTS.filter((guest) => engine.hostOf(guest) === host.name).map((guest) => VMS[guest]);
      return [host.name, { ...engine.variablesOf(host), vms }];
    });
    await lab.declare(Object.fromEntries(hosts), engine.all);
    await play();
  }, 1_200_000);
  afterAll(() => lab?.remove());

  it('gives its guests addresses within ten seconds', async () => {
    for (const guest of GUESTS) {
      // What it is asked before it listens is lost.
      await expect
        .poll(() => ask(guest, 'cat /bound 2>/dev/null', 5).catch(() => ''), {
          timeout: 300_000,
          interval: 1000,
        })
        .not.toBe('');
      const [begin = 0, bound = Number.NaN] = (await ask(guest, 'cat /begin /bound')).split('\n').map(Number);
      console.log(
        `${guest}: ${(bound - begin).toFixed(1)} s after its network began, ${bound} s after its kernel`,
      );
      expect(bound - begin).toBeLessThan(10);
    }
    expect(await addressOf('one', 4)).toBe('10.26.0.5');
    expect(await addressOf('two', 4)).toMatch(/^10\.26\.0\.1\d\d$/);
    expect(await addressOf('three', 4)).toBe('10.27.0.5');
  });

  it('tells them the rest of their network', async () => {
    const lease = (guest: Guest, keys: string) =>
      ask(guest, `grep -E '^(${keys})=' /lease | sort | tr '\\n' ' '`);
    expect(await lease('two', 'dns|domain|lease|mask|mtu|ntpsrv|router|serverid')).toBe(
      'dns=10.26.0.254 domain=lab.test lease=7200 mask=24 mtu=1400 ntpsrv=10.26.0.9 router=10.26.0.254 serverid=10.26.0.254',
    );
    expect(await lease('three', 'dns|domain|lease|mask|router|serverid')).toBe(
      'dns=10.27.0.1 domain=dmz.test lease=43200 mask=24 router=10.27.0.1 serverid=10.27.0.1',
    );
    await gets('two', 'ip -6 route show default | grep -c "via fe80"').toBe('1');
    await expect.poll(() => addressOf('two', 6), { timeout: 60_000 }).toMatch(/^fd00:26::/);
  });

  it('tells them names: their own, aliases, and records', async () => {
    const finds = (guest: Guest, words: string) =>
      gets(guest, `nslookup ${words} 2>&1 | sed -n 's/^Address: //p; s/.*name = //p' | sort | tr '\\n' ' '`);
    await finds('two', '-type=a one.lab.test').toBe('10.26.0.5');
    await finds('two', '-type=a www.lab.test').toBe('10.26.0.5');
    await finds('two', '-type=a nas.lab.test').toBe('10.26.0.9');
    await finds('two', '10.26.0.5').toBe('one.lab.test');
    await finds('one', '-type=a two.lab.test').toBe(await addressOf('two', 4));
    await finds('three', '-type=a three.dmz.test').toBe('10.27.0.5');
  });

  it('lets guests of a network reach each other, and their gateway', async () => {
    for (const family of [4, 6] as const) {
      await pings('one', await addressOf('two', family)).toBe('yes');
      await pings('two', await addressOf('one', family)).toBe('yes');
    }
    await reads('one', await addressOf('two', 4), NAME_PORT).toBe('two');
    for (const gateway of ['10.26.0.254', 'fd00:26::ff']) await pings('two', gateway).toBe('yes');
  });

  it('lets guests reach the outside, where they appear with the address of the uplink', async () => {
    for (const guest of ['one', 'two'] as const) {
      await reads(guest, OUTSIDE.ipv4, 80).toBe(UPLINK.ipv4);
      await reads(guest, OUTSIDE.ipv6, 80).toMatch(/2001:0?db8:0?0?0?1:.*0?0?0?2\b/);
    }
  });

  it('forwards a port of the uplink, and lets nothing else in', async () => {
    await expect
      .poll(() => outside.ask('outside', `${UPLINK.ipv4}:8080`), { timeout: 60_000, interval: 1000 })
      .toBe('one');
    await outside.sh(`ip -n outside route replace 10.26.0.0/23 via ${UPLINK.ipv4}`);
    for (const address of ['10.26.0.5', '10.27.0.5'])
      expect(await outside.ask('outside', `${address}:${NAME_PORT}`)).toBe('');
    expect(await outside.ask('outside', `${UPLINK.ipv4}:${NAME_PORT}`)).toBe('');
  });

  it('forwards it for guests too', async () => {
    await reads('two', UPLINK.ipv4, 8080).toBe('one');
  });

  it('routes to another network in one direction, and this one not to the outside', async () => {
    await reads('one', '10.27.0.5', NAME_PORT).toBe('three');
    await pings('two', '10.27.0.5').toBe('yes');
    await pings('three', '10.27.0.1').toBe('yes');
    const reaches = (address: string) =>
      ask('three', `ping -c 2 -W 2 ${address} >/dev/null && echo yes || echo no`);
    expect(await reaches('10.26.0.5')).toBe('no');
    expect(await reaches(OUTSIDE.ipv4)).toBe('no');
  });

  it('is unchanged by a second run, and in check mode', async () => {
    for (const args of [['--check'], []]) {
      const output = await play(...args);
      const changed = [...output.matchAll(/^(hv\d) +: .*changed=(\d+)/gm)].map(([, host, n]) => [host, n]);
      expect(changed, output).toEqual(engine.hosts.map((host) => [host, '0']));
    }
  });
});
