import { expect, test } from 'vitest';
import { planMap } from '../../../modules/lib/ovs/rows/maps.ts';
import { FakeHost, SOCKET } from './fake-host.ts';
import { play } from './play.ts';

const BR = { bridge: 'br0' };
const PORT = { bridge: 'br0', port: 'p0' };

async function withPort(more: object = {}): Promise<FakeHost> {
  const fake = new FakeHost();
  await play(fake).topology({ bridges: [{ name: 'br0' }, { name: 'br1' }], ports: [{ ...PORT, ...more }] });
  return fake;
}

test('everything is one read and one write', async () => {
  const fake = new FakeHost();
  await play(fake).topology({
    bridges: [{ name: 'br0' }, { name: 'br1' }],
    ports: [PORT, { ...PORT, port: 'p1' }, { bridge: 'br1', port: 'eth1' }],
  });
  const writes = fake.database.transactions.filter((one) => one.some(({ op }) => op === 'insert'));
  expect(writes).toHaveLength(1);
  expect(fake.commands).toEqual([]);
});

test("settings of Open vSwitch itself: others' keys are kept, and ours go when they are no longer given", async () => {
  const fake = new FakeHost();
  const root = () => fake.database.rows('Open_vSwitch')[0];
  const others = ['hostname', 'hv1'];
  Object.assign(fake.database.tables.Open_vSwitch?.get('root') ?? {}, { external_ids: ['map', [others]] });
  const settings = { external_ids: { 'ovn-encap-ip': '10.0.0.1' }, other_config: { 'max-idle': '9000' } };
  const planned = await play(fake, true).topology({ settings });
  const done = await play(fake).topology({ settings });
  expect(done).toMatchObject({ changed: true, diff: planned.diff });
  expect(root()?.external_ids).toEqual([
    'map',
    expect.arrayContaining([others, ['ovn-encap-ip', '10.0.0.1']]),
  ]);
  expect(await play(fake).topology({ settings })).toMatchObject({ changed: false });
  // What isn't given is kept.
  expect(await play(fake).topology({ settings: { external_ids: {} } })).toMatchObject({ changed: true });
  const [, ids] = (root()?.external_ids ?? []) as [string, [string, string][]];
  expect(ids.filter(([key]) => !key.startsWith('piecewise-'))).toEqual([others]);
  expect(root()?.other_config).toEqual(['map', [['max-idle', '9000']]]);
  const refused = await play(fake).topology({ settings: { external_ids: { 'system-id': 'me' } } });
  expect(refused.msg).toMatch(/^option 'settings\.external_ids\.system-id': .*system-id\.conf/);
});

test('a change by someone else in the meantime refuses the whole', async () => {
  const fake = await withPort({ tag: 1 });
  fake.database.beforeWrite = () => {
    const port = fake.database.tables.Port?.values();
    for (const row of port ?? []) if (row.name === 'p0') row.tag = 7;
  };
  const result = await play(fake).topology({ bridges: [{ name: 'br2' }], ports: [{ ...PORT, tag: 2 }] });
  expect(result).toMatchObject({ failed: true, changed: false });
  expect(result.msg).toMatch(/another process changed Open vSwitch in the meantime, so nothing was written/);
  expect(fake.database.find('Bridge', 'br2')).toBeUndefined();
});

test('without vswitchd the change is written, and an error says that it is not carried out', async () => {
  const fake = new FakeHost();
  fake.database.vswitchd = false;
  const result = await play(fake).bridge({ ...BR, timeout: 1 });
  expect(result.msg).toMatch(/the change is written, but ovs-vswitchd did not carry it out within 1 s/);
  expect(fake.database.find('Bridge', 'br0')).toBeDefined();
  const again = await play(fake).bridge(BR);
  expect(again).toMatchObject({ changed: false, warnings: [expect.stringMatching(/is it running/)] });
});

test('without a socket a run fails, and a check says what it would do on an empty switch', async () => {
  const fake = new FakeHost();
  fake.files.delete(SOCKET);
  expect((await play(fake).bridge(BR)).msg).toMatch(/isn't running.*there is no \/var\/run\/openvswitch/);
  expect(await play(fake, true).bridge(BR)).toMatchObject({ changed: true, warnings: [expect.anything()] });
});

test('a port that moves keeps its row, and its address is put back', async () => {
  const fake = await withPort({ tag: 25, address: '10.0.0.1/24', external_ids: { a: 'b=c' } });
  const uuid = fake.database.find('Port', 'p0')?._uuid;
  expect(await play(fake).port({ ...PORT, bridge: 'br1' })).toMatchObject({ changed: true });
  expect(fake.database.find('Port', 'p0')).toMatchObject({ _uuid: uuid, tag: 25 });
  expect(fake.devices.get('p0')).toMatchObject({ addresses: ['10.0.0.1/24'], up: true });
});

test.each([
  ['another address', '10.0.0.1/24', '10.0.0.2/24', ['10.8.0.1/24', '10.0.0.2/24']],
  ['another prefix', '10.0.0.1/24', '10.0.0.1/25', ['10.8.0.1/24', '10.0.0.1/25']],
  ['none', '10.0.0.1/24', '', ['10.8.0.1/24']],
])('%s: that of the task before goes, and those of others stay', async (_, before, after, left) => {
  const fake = await withPort({ address: before });
  fake.devices.get('p0')?.addresses.unshift('10.8.0.1/24');
  expect(await play(fake).port({ ...PORT, address: after })).toMatchObject({ changed: true });
  expect(fake.devices.get('p0')?.addresses).toEqual(left);
});

test('an address that is there before ifupdown knows of it is taken over', async () => {
  const fake = await withPort();
  fake.devices.get('p0')?.addresses.push('10.0.0.1/24');
  const result = await play(fake).port({ ...PORT, address: '10.0.0.1/24' });
  expect(result).toMatchObject({ changed: true });
  expect(result.failed).toBeUndefined();
  expect(fake.files.get('/run/network/ifstate')).toContain('p0=p0');
});

test('no type is the type system', async () => {
  const fake = new FakeHost();
  await play(fake).topology({ bridges: [{ name: 'br0' }], ports: [{ bridge: 'br0', port: 'eth1' }] });
  expect(fake.database.find('Interface', 'eth1')?.type).toBe('');
  const again = { ...PORT, port: 'eth1', type: 'system' };
  expect(await play(fake).port(again)).toMatchObject({ changed: false });
  expect(await play(fake).bridge({ ...BR, datapath_type: 'system' })).toMatchObject({ changed: false });
});

test('a bridge of another datapath has all its addresses back', async () => {
  const fake = await withPort({ address: '10.0.0.1/24' });
  await play(fake).bridge({ ...BR, datapath_type: 'netdev' });
  expect(fake.devices.get('p0')).toMatchObject({ addresses: ['10.0.0.1/24'], up: true });
});

test('a port that is to be absent on one bridge and is on another stays', async () => {
  const fake = await withPort();
  const result = await play(fake).port({ ...PORT, bridge: 'br1', state: 'absent' });
  expect(result).toMatchObject({
    changed: false,
    warnings: ["port 'p0' is on bridge 'br0', and not on 'br1': it is kept there"],
  });
});

test('a port moves from a removed bridge to a new one, in one task', async () => {
  const fake = await withPort({ tag: 25 });
  const swap = {
    bridges: [{ name: 'br0', state: 'absent' }, { name: 'br2' }],
    ports: [{ bridge: 'br2', port: 'p0' }],
  };
  expect(await play(fake).topology(swap)).toMatchObject({ changed: true });
  expect(fake.database.find('Port', 'p0')).toMatchObject({ tag: 25 });
  expect(await play(fake).topology(swap)).toMatchObject({ changed: false });
});

test('files of missing ports are removed with their bridge', async () => {
  const fake = await withPort({ address: '10.0.0.1/24' });
  fake.database.tables.Open_vSwitch?.forEach((root) => {
    root.bridges = ['set', []];
  });
  for (const table of ['Bridge', 'Port', 'Interface']) fake.database.tables[table]?.clear();
  expect(await play(fake).bridge({ ...BR, state: 'absent' })).toMatchObject({ changed: true });
  expect([...fake.files.keys()].filter((path) => path.includes('ovs_port'))).toEqual([]);
});

test('only what a task creates is marked as managed', async () => {
  const fake = await withPort();
  await play(fake).port({ ...PORT, port: 'p1' });
  expect(fake.database.find('Port', 'p0')?.external_ids).toEqual(['map', [['piecewise-owner', 'topology']]]);
  expect(fake.database.find('Port', 'p1')?.external_ids).toEqual(['map', []]);
});

test.each([
  ['sets and keeps', { a: '1' }, { b: '2' }, [], { a: '1', b: '2' }, ['a']],
  ['changes', { a: '2' }, { a: '1' }, [], { a: '2' }, ['a']],
  ['removes its own only', {}, { a: '1', b: '2' }, ['a'], { b: '2' }, []],
  ['forgets what it no longer has', { b: '1' }, { a: '1' }, ['a'], { b: '1' }, ['b']],
])('a map %s', (_, given, current, owned, next, after) => {
  expect(planMap(given, current, owned)).toMatchObject({ next, owned: after });
});

test.each([
  ['equal', { a: '1' }, { a: '1', b: '2' }, []],
  ['empty', {}, { a: '1' }, []],
  ['gone already', {}, {}, ['a']],
])('a map that is %s is left alone', (_, given, current, owned) => {
  expect(planMap(given, current, owned)).toBeUndefined();
});
