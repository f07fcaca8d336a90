import { expect, test } from 'vitest';
import { FakeHost } from './fake-host.ts';
import { play } from './play.ts';

const BR = { bridge: 'br0' };
const PORT = { bridge: 'br0', port: 'p0' };
const VXLAN = { type: 'vxlan', options: { remote_ip: '192.0.2.1' } };
const SECRET = 'correct horse';

async function withPort(more: object = {}, bridge: object = {}): Promise<FakeHost> {
  const fake = new FakeHost();
  const done = await play(fake).topology({
    bridges: [{ name: 'br0', ...bridge }],
    ports: [{ ...PORT, ...more }],
  });
  expect(done.failed).toBeUndefined();
  return fake;
}

test.each([
  ['cvlans', {}, { cvlans: [5] }, /VLAN mode is 'trunk': give 'vlan_mode: dot1q-tunnel'/],
  ['cvlans', { tag: 5 }, { cvlans: [5] }, /VLAN mode is 'access'/],
  ['trunks', {}, { tag: 5, trunks: [5] }, /with the tag 5 it is an access port: .*native-untagged/],
  ['trunks', { tag: 5 }, { trunks: [5] }, /with the tag 5 it is an access port/],
  ['trunks', {}, { vlan_mode: 'access', trunks: [5] }, /it is 'access'/],
  ['vlan_mode', { tag: 5 }, { vlan_mode: 'trunk' }, /the port's is 5: .*an empty 'tag'/],
  ['tag', { vlan_mode: 'trunk' }, { tag: 5 }, /the port's is 5/],
  ['options', {}, { type: 'vxlan' }, /type 'vxlan' needs 'remote_ip'/],
  ['options', {}, { type: 'patch' }, /type 'patch' needs 'peer'/],
  ['options', VXLAN, { options: {} }, /needs 'remote_ip'/],
  ['options', {}, { options: { key: 7 } }, /type 'internal' has no options: give another 'type'/],
  ['mac', VXLAN, { mac: '02:00:00:00:00:01' }, /internal interfaces only, and this one is 'vxlan'/],
  ['mac', {}, { mac: '03:00:00:00:00:01' }, /multicast/],
  ['address', VXLAN, { address: '10.0.0.1/24' }, /type 'vxlan' has no network interface/],
  ['mode', {}, { ...VXLAN, mode: 'manual' }, /type 'vxlan' has no network interface/],
])('%s: what Open vSwitch would not do is an error (%j, then %j)', async (option, before, more, problem) => {
  const fake = await withPort(before);
  const state = fake.snapshot();
  const result = await play(fake).port({ ...PORT, ...more });
  expect(result).toMatchObject({ failed: true, changed: false, msg: expect.stringMatching(problem) });
  expect(result.msg).toMatch(new RegExp(`^option '${option}': `));
  expect(fake.snapshot()).toBe(state);
  const listed = await play(fake).topology({
    ports: [
      { ...PORT, port: 'p9' },
      { ...PORT, ...more },
    ],
  });
  expect(listed.msg).toMatch(new RegExp(`^option 'ports\\[1\\].${option}': `));
});

test.each([
  [
    'what an existing tunnel has',
    { ...VXLAN },
    { type: 'vxlan', options: { key: '7', remote_ip: '192.0.2.1' } },
  ],
  ['a tunnel by its type alone', { ...VXLAN }, { type: 'vxlan', protected: true }],
  ['customer VLANs of a tunnel port', { tag: 5, vlan_mode: 'dot1q-tunnel' }, { cvlans: [7] }],
  ['trunks beside a native VLAN', { tag: 5, vlan_mode: 'native-tagged' }, { trunks: [7] }],
  ['empty lists', { tag: 5 }, { trunks: [], cvlans: [], protected: true }],
  ['an access port that becomes a trunk', { tag: 5 }, { tag: '', trunks: '7,8' }],
])('%s is no error', async (_, before, more) => {
  const fake = await withPort(before);
  expect(await play(fake).port({ ...PORT, ...more })).toMatchObject({ changed: true });
  expect(await play(fake).port({ ...PORT, ...more })).toMatchObject({ changed: false });
});

test("a bridge's local port is internal, and has its address from the bridge", async () => {
  for (const [option, value, way] of [
    ['type', 'vxlan', /leave it out/],
    ['mac', '02:00:00:00:00:01', /other_config: {hwaddr/],
    ['ofport_request', 7, /leave it out/],
  ] as const) {
    const own = { bridge: 'br0', port: 'br0', [option]: value };
    expect((await play(await withPort()).port(own)).msg).toMatch(way);
    const both = { bridges: [{ name: 'br0' }], ports: [own] };
    expect((await play(new FakeHost()).topology(both)).msg).toMatch(
      new RegExp(`^option 'ports\\[0\\].${option}'`),
    );
  }
  const fake = new FakeHost();
  const own = { bridge: 'br0', port: 'br0', mtu_request: 1400, protected: true };
  await play(fake).topology({ bridges: [{ name: 'br0' }], ports: [own] });
  expect(fake.database.find('Interface', 'br0')).toMatchObject({ type: 'internal', mtu_request: 1400 });
  expect(await play(fake).port(own)).toMatchObject({ changed: false });
});

test('a bridge has one spanning tree protocol', async () => {
  const fake = await withPort({}, { stp_enable: true });
  const both = await play(fake).bridge({ ...BR, rstp_enable: true });
  expect(both.msg).toBe(
    "option 'rstp_enable': a bridge can't run both STP and RSTP: give 'stp_enable: false' as well",
  );
  expect(await play(fake).bridge({ ...BR, rstp_enable: true, stp_enable: false })).toMatchObject({
    changed: true,
  });
});

test('a type that this Open vSwitch has not is an error, and a warning in a check', async () => {
  const fake = await withPort();
  const args = { ...PORT, port: 'p1', type: 'srv6', options: { remote_ip: 'fd00::1' } };
  expect((await play(fake).port(args)).msg).toMatch(/has no interfaces of type 'srv6': .*iface_types/);
  expect(await play(fake, true).port(args)).toMatchObject({ changed: true, warnings: [expect.anything()] });
  // Before vswitchd has ever run, nobody says which there are.
  for (const root of fake.database.tables.Open_vSwitch?.values() ?? []) root.iface_types = ['set', []];
  expect(await play(fake).port(args)).toMatchObject({ changed: true, type: 'srv6' });
});

test("columns of one interface are an error for a bond, whose port's columns are changed", async () => {
  const fake = await withPort();
  const [port] = fake.database.rows('Port').filter(({ name }) => name === 'p0');
  const both = fake.database.rows('Interface').map(({ _uuid }) => ['uuid', _uuid]);
  fake.database.tables.Port?.set(port?._uuid ?? '', { ...port, interfaces: ['set', both] });
  expect((await play(fake).port({ ...PORT, ofport_request: 14 })).msg).toMatch(
    /^option 'ofport_request': 'p0' is a bond/,
  );
  expect(await play(fake).port({ ...PORT, trunks: [5] })).toMatchObject({ changed: true });
});

test('an interface that gets another number has its addresses back', async () => {
  const fake = await withPort({ address: '10.0.0.1/24' });
  fake.devices.get('p0')?.addresses.push('10.8.0.1/24');
  expect(await play(fake).port({ ...PORT, ofport_request: 7 })).toMatchObject({ changed: true });
  expect(fake.devices.get('p0')).toMatchObject({ addresses: ['10.0.0.1/24', '10.8.0.1/24'], up: true });
  expect(await play(fake).port({ ...PORT, ofport_request: '' })).toMatchObject({ changed: true });
});

test('a port that becomes a tunnel keeps no address and no file', async () => {
  const fake = await withPort({ address: '10.0.0.1/24' });
  expect(await play(fake).port({ ...PORT, ...VXLAN })).toMatchObject({ changed: true, type: 'vxlan' });
  expect([...fake.files.keys()].filter((path) => path.includes('ovs_port'))).toEqual([]);
  expect(await play(fake).port({ ...PORT, ...VXLAN })).toMatchObject({ changed: false });
});

test('a NIC that becomes a tunnel loses the address that a task set, and keeps its others', async () => {
  const fake = await withPort();
  const nic = { bridge: 'br0', port: 'eth1' };
  fake.devices.get('eth1')?.addresses.push('10.8.0.1/24');
  await play(fake).port({ ...nic, address: '10.0.0.1/24' });
  expect(await play(fake).port({ ...nic, ...VXLAN })).toMatchObject({ changed: true });
  expect(fake.devices.get('eth1')?.addresses).toEqual(['10.8.0.1/24']);
  expect(await play(fake).port({ ...nic, ...VXLAN })).toMatchObject({ changed: false });
});

test.each([
  ['as a mapping', { remote_ip: '192.0.2.1', psk: SECRET }],
  ['as a text', `remote_ip=192.0.2.1 psk="${SECRET}"`],
  ['as a text that is no mapping', SECRET],
])('a pre-shared key given %s is in no output', async (_, options) => {
  const fake = await withPort();
  const results: unknown[] = [];
  for (const check of [true, false]) {
    results.push(await play(fake, check).port({ ...PORT, port: 'p1', type: 'vxlan', options }));
    results.push(
      await play(fake, check).topology({ ports: [{ ...PORT, port: 'p1', type: 'vxlan', options }] }),
    );
  }
  results.push(
    await play(fake).port({ ...PORT, port: 'p1', type: 'vxlan', options: { remote_ip: '192.0.2.1' } }),
  );
  results.push(await play(fake).port({ ...PORT, port: 'p1', state: 'absent' }));
  expect(JSON.stringify(results)).not.toContain(SECRET);
});

test('a pre-shared key is masked in another place that it is given in', async () => {
  const options = { remote_ip: '192.0.2.1', psk: SECRET, key: SECRET };
  const result = await play(await withPort()).port({ ...PORT, port: 'p1', type: 'vxlan', options });
  expect(JSON.stringify(result)).toContain('\\"key\\": \\"********\\"');
});

test('options that are no mapping are not shown, since they may hold a pre-shared key', async () => {
  const result = await play(await withPort()).port({ ...PORT, options: 'psk' });
  expect(result.msg).toBe("option 'options': its value is not a mapping");
});

test('a pre-shared key that someone else has set is in no diff when its port or bridge is removed', async () => {
  const fake = await withPort({ ...VXLAN });
  const row = [...(fake.database.tables.Interface?.values() ?? [])].find(({ name }) => name === 'p0');
  if (row)
    row.options = [
      'map',
      [
        ['psk', SECRET],
        ['remote_ip', '192.0.2.1'],
      ],
    ];
  const result = await play(fake, true).port({ ...PORT, state: 'absent' });
  expect(JSON.stringify(result)).toContain('********');
  expect(JSON.stringify(result)).not.toContain(SECRET);
});
