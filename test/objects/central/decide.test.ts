import { describe, expect, it } from 'vitest';
import { parseStatus } from '../../../modules/lib/ovn/databases.ts';
import { checkCentral } from '../../../modules/objects/central/check.ts';
import {
  decide,
  kicksOf,
  refuseLast,
  refuseLoss,
  strangersOf,
} from '../../../modules/objects/central/decide.ts';
import type { SeenDatabase } from '../../../modules/objects/central/observe.ts';
import type { CentralOptions } from '../../../modules/objects/central/options.ts';

type Asked = CentralOptions['hosts'][number];
type Database = Asked['northbound'];

const MEMBERS = { hv1: '10.0.0.1', hv2: '10.0.0.2', hv3: '10.0.0.3' };
const NONE: Database = { kind: 'none', empty: true, cluster: '', server: '' };
const id = (digit: number) => `${String(digit).repeat(8)}-0000-0000-0000-000000000000`;

const server = (number: number, cluster = id(9)): Database => ({
  ...{ kind: 'cluster', empty: false, cluster },
  server: id(number),
});

const asked = (name: string, northbound: Database = NONE, address = ''): Asked => ({
  ...{ name, northbound, southbound: NONE, address },
});

const options = (name: string, hosts: Asked[], more: Partial<CentralOptions> = {}): CentralOptions => ({
  ...{ name, state: 'present', members: MEMBERS, group: [], hosts, dead: [], timeout: 1 },
  ...more,
});

const seen = (file: Database = NONE, status?: SeenDatabase['status']): SeenDatabase => ({
  address: file.server ? `ssl:10.0.0.${file.server[0]}:6643` : '',
  ...file,
  status,
  old: false,
});

const ALL = Object.keys(MEMBERS).map((name) => asked(name));

describe('a cluster', () => {
  it('is founded by the first member, and joined by the others', () => {
    expect(decide(options('hv1', ALL), 'northbound', seen())).toEqual({ act: 'found' });
    expect(decide(options('hv2', ALL), 'northbound', seen())).toEqual({
      act: 'join',
      remotes: ['ssl:10.0.0.1:6643'],
      cluster: '',
    });
  });

  it('that exists is joined, also by a first member that was installed again', () => {
    const hosts = [asked('hv1'), asked('hv2', server(2)), asked('hv3', server(3))];
    expect(decide(options('hv1', hosts), 'northbound', seen())).toEqual({
      act: 'join',
      remotes: ['ssl:10.0.0.2:6643', 'ssl:10.0.0.3:6643'],
      cluster: id(9),
    });
  });

  it('is not founded while another host, which may have been a member, can not be asked', () => {
    const group = [...Object.keys(MEMBERS), 'hv4'];
    expect(() => decide(options('hv1', ALL, { group }), 'northbound', seen())).toThrow(
      /option 'hosts': hv4 can't be asked/,
    );
    expect(decide(options('hv1', [...ALL, asked('hv4')], { group }), 'northbound', seen())).toEqual({
      act: 'found',
    });
  });

  it('is not founded while a member can not be asked', () => {
    expect(() => decide(options('hv1', [asked('hv1'), asked('hv2')]), 'northbound', seen())).toThrow(
      /option 'hosts': hv3 can't be asked whether there is a cluster already/,
    );
  });

  it('of a host that leaves is joined, not a new one founded', () => {
    const moved = (address: string) =>
      options('hv4', [asked('hv1', server(1), address), asked('hv4', NONE)], {
        members: { hv4: '10.0.0.4' },
      });
    expect(decide(moved('10.0.0.1'), 'northbound', seen())).toMatchObject({
      act: 'join',
      remotes: ['ssl:10.0.0.1:6643'],
    });
    expect(decide(moved('fd00::1'), 'northbound', seen())).toMatchObject({ remotes: ['ssl:[fd00::1]:6643'] });
    expect(() => decide(moved(''), 'northbound', seen())).toThrow(
      /option 'hosts': hv1 has a cluster of the northbound database, and no address/,
    );
  });

  it('that a hypervisor claims counts for nothing where members have one', () => {
    const liar = asked('hv9', server(9, id(8)), '10.0.0.9');
    const joined = { act: 'join', remotes: ['ssl:10.0.0.2:6643'], cluster: id(9) };
    const hosts = [liar, asked('hv1'), asked('hv2', server(2))];
    expect(decide(options('hv1', hosts), 'northbound', seen())).toEqual(joined);
    expect(decide(options('hv2', hosts), 'northbound', seen(server(2)))).toEqual({ act: 'keep' });
    // One that is alone with it may be a former member: it is asked at its address, with certificates of members.
    expect(decide(options('hv1', [liar, ...ALL]), 'northbound', seen())).toMatchObject({
      remotes: ['ssl:10.0.0.9:6643'],
    });
  });

  it('is kept by its member', () => {
    expect(decide(options('hv2', ALL), 'northbound', seen(server(2)))).toEqual({ act: 'keep' });
  });

  it('is joined again by a server that was removed from it', () => {
    const status = parseStatus('Status: removed from cluster\nLeader: unknown\n');
    const hosts = [asked('hv1', server(1)), asked('hv2', server(2)), asked('hv3')];
    expect(decide(options('hv2', hosts), 'northbound', seen(server(2), status))).toMatchObject({
      act: 'join',
    });
  });

  it('must be the only one', () => {
    const hosts = [asked('hv2', server(2)), asked('hv3', server(3, id(8)))];
    expect(() => decide(options('hv1', hosts), 'northbound', seen())).toThrow(
      /hv2 and hv3 have different clusters of the northbound database/,
    );
    expect(() => decide(options('hv2', hosts.slice(1)), 'northbound', seen(server(2)))).toThrow(
      /different clusters/,
    );
  });
});

describe('a database of others is kept', () => {
  it('with rows', () => {
    const filled = seen({ ...NONE, kind: 'standalone', empty: false });
    expect(() => decide(options('hv1', ALL), 'northbound', filled)).toThrow(
      /has rows, which this module didn't write/,
    );
  });

  it('of a cluster with another address', () => {
    const other = { ...seen(server(1)), address: 'tcp:10.0.0.1:6643' };
    expect(() => decide(options('hv1', ALL), 'northbound', other)).toThrow(
      /address tcp:10.0.0.1:6643, and not ssl:/,
    );
  });

  it('and one without rows is replaced', () => {
    expect(decide(options('hv1', ALL), 'northbound', seen({ ...NONE, kind: 'standalone' }))).toEqual({
      act: 'found',
    });
  });
});

// As ovsdb-server 3.1 prints it.
const STATUS = (role: string) => `0d0a
Name: OVN_Northbound
Cluster ID: 9999 (${id(9)})
Server ID: 2222 (${id(2)})
Address: ssl:10.0.0.2:6643
Status: cluster member
Role: ${role}
Term: 2
Leader: self
Servers:
    1111 (1111 at ssl:10.0.0.1:6643) last msg 237 ms ago
    2222 (2222 at ssl:10.0.0.2:6643) (self)
    3333 (3333 at ssl:10.0.0.3:6643) last msg 207141 ms ago
`;

describe('servers that are removed from a cluster', () => {
  const leader = seen(server(2), parseStatus(STATUS('leader')));
  const hosts = [asked('hv1', server(1)), asked('hv2', server(2)), asked('hv3', server(3))];

  it('are none while all are alive, or could not be asked', () => {
    expect(kicksOf(options('hv2', hosts), 'northbound', leader)).toEqual([]);
    expect(kicksOf(options('hv2', hosts.slice(1)), 'northbound', leader)).toEqual([]);
  });

  it('are former ones of a member that was installed again', () => {
    const again = [asked('hv1'), ...hosts.slice(1)];
    const kick = { database: 'northbound', server: '1111', address: 'ssl:10.0.0.1:6643' };
    expect(kicksOf(options('hv2', again), 'northbound', leader)).toEqual([kick]);
    // One member is enough, whichever leads.
    const other = seen(server(3), parseStatus(STATUS('follower')));
    expect(kicksOf(options('hv3', again), 'northbound', other)).toEqual([]);
  });

  it('are those of dead hosts, if the task says so; otherwise there is a warning', () => {
    const members = { hv2: '10.0.0.2' };
    const without = options('hv2', hosts.slice(1, 2), { members });
    expect(kicksOf(without, 'northbound', leader)).toEqual([]);
    expect(strangersOf(without, 'northbound', leader)).toEqual([
      expect.stringContaining('a server at ssl:10.0.0.1:6643, which is not among'),
      expect.stringContaining('a server at ssl:10.0.0.3:6643, which is not among'),
    ]);
    const dead = options('hv2', hosts.slice(1, 2), { members, dead: ['10.0.0.3'] });
    expect(kicksOf(dead, 'northbound', leader).map(({ server: one }) => one)).toEqual(['3333']);
    expect(strangersOf(dead, 'northbound', leader)).toHaveLength(1);
  });
});

describe('a member that leaves', () => {
  const own = seen(server(2), parseStatus(STATUS('follower')));

  it('leaves a majority', () => {
    const hosts = [asked('hv1', server(1)), asked('hv2', server(2)), asked('hv3', server(3))];
    expect(() => refuseLoss(options('hv2', hosts), 'northbound', own)).not.toThrow();
    expect(() => refuseLoss(options('hv2', hosts.slice(0, 2)), 'northbound', own)).toThrow(
      /hv2 can't leave the cluster of the northbound database: of those that stay, ssl:10.0.0.3:6643 did not answer/,
    );
  });
});

describe('the only server', () => {
  const own = (one: string) => seen(server(1), parseStatus(STATUS('leader').replace(/^ {4}[^2].*\n/gm, one)));
  const moved = (...hosts: Asked[]) =>
    options('hv1', hosts, { members: { hv2: '10.0.0.2' }, state: 'absent' });

  it('is kept until another one has joined', () => {
    const alone = moved(asked('hv1', server(1)), asked('hv2'));
    expect(() => refuseLast(alone, 'northbound', own(''))).toThrow(
      /hv1 is the only server of the northbound database, and none of hv2 has joined it: it is kept/,
    );
    expect(() =>
      refuseLast(alone, 'northbound', seen(server(1), parseStatus(STATUS('leader')))),
    ).not.toThrow();
  });

  it('is removed where the others have their own, where there is no other, and where it has nothing', () => {
    expect(() => refuseLast(moved(asked('hv2', server(2, id(8)))), 'northbound', own(''))).not.toThrow();
    expect(() => refuseLast({ ...moved(), members: {} }, 'northbound', own(''))).not.toThrow();
    expect(() =>
      refuseLast({ ...moved(), members: { hv1: '10.0.0.1' } }, 'northbound', own('')),
    ).not.toThrow();
    expect(() => refuseLast(moved(), 'northbound', seen())).not.toThrow();
  });
});

it('a member that leaves knows one that joined in the same run', () => {
  const status = parseStatus(STATUS('leader').replace(/^ {4}3333.*\n/m, ''));
  const moved = options('hv2', [asked('hv1'), asked('hv2', server(2))], { members: { hv1: '10.0.0.1' } });
  expect(() => refuseLoss(moved, 'northbound', seen(server(2), status))).not.toThrow();
});

describe('members', () => {
  const wrong: [string, Partial<CentralOptions>, RegExp][] = [
    ['an even number', { members: { hv1: '10.0.0.1', hv2: '10.0.0.2' } }, /has 2 hosts: give 1 or 3/],
    ['none with an address', { members: { hv1: '' } }, /hv1 has no address/],
    ['one address twice', { members: { ...MEMBERS, hv3: '10.0.0.1' } }, /hv1 and hv3 have the same address/],
    ['not this host', { members: { hv2: '10.0.0.2' } }, /doesn't have hv1/],
    ['one that is dead', { dead: ['10.0.0.3'] }, /10.0.0.3 is the address of hv3/],
  ];
  it.each(wrong)('%s', (_, more, message) => {
    expect(() => checkCentral(options('hv1', [], more))).toThrow(message);
  });
});
