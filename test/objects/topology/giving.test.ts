import { beforeEach, expect, test } from 'vitest';
import { returnedFile } from '../../../modules/lib/link/files.ts';
import { FakeHost } from '../../lib/ovs/fake-host.ts';
import { play } from '../../lib/ovs/play.ts';

const NIC = { bridge: 'br0', port: 'eth1', type: 'system', take_address: true };
const BRIDGE = { name: 'br0', address: '10.1.0.5/24', gateway: '10.1.0.1', dns: ['10.1.0.2'] };
const FILE = returnedFile('ifupdown', 'eth1');

let fake: FakeHost;
beforeEach(async () => {
  fake = new FakeHost();
  fake.devices.set('eth2', { up: true, addresses: [], routes: [] });
  const made = await play(fake).topology({ bridges: [BRIDGE], ports: [NIC], bring_up: true });
  expect(made).toMatchObject({ changed: true });
});

/** What check mode says of files and interfaces: the diff's new side, by title. */
async function foreseen(task: 'topology' | 'bridge' | 'port', options: Record<string, unknown>) {
  const { diff, msg } = await play(fake, true)[task](options);
  expect(msg).toBeUndefined();
  return new Map(
    (diff as { after_header?: string; after?: string }[]).map(({ after_header, after }) => [
      after_header?.replace(/ \(.*/, ''),
      after,
    ]),
  );
}

/** As a release that kept no record of it left the port. */
function withoutRecord(): void {
  const row = fake.database.rows('Port').find(({ name }) => name === 'eth1');
  const stored = fake.database.tables.Port?.get(row?._uuid as string);
  Object.assign(stored ?? {}, { external_ids: ['map', []] });
}

test.each<[string, 'topology' | 'bridge' | 'port', Record<string, unknown>]>([
  ['everything', 'topology', { bridges: [BRIDGE], ports: [NIC], state: 'absent', bring_up: true }],
  ['the bridge alone', 'bridge', { bridge: 'br0', state: 'absent' }],
  ['the port alone', 'port', { ...NIC, state: 'absent' }],
  [
    'the port, by a task that does not say what it was',
    'port',
    { bridge: 'br0', port: 'eth1', state: 'absent' },
  ],
  ['what the list no longer has', 'topology', { purge: true }],
])('removing %s gives the NIC what the bridge has', async (_, task, options) => {
  const after = await foreseen(task, options);
  expect(after.get(FILE)).toMatch(
    /^# .*back from bridge br0.*\nauto eth1\niface eth1 inet static\n {2}address 10\.1\.0\.5\/24\n {2}dns-nameservers 10\.1\.0\.2\n {2}up .*default via 10\.1\.0\.1 dev eth1\n$/,
  );
  expect(after.get('configure interface eth1')).toContain('10.1.0.5/24');
  expect(after.get('/etc/network/interfaces.d/ovs_port_eth1')).toBe('');
});

const UP = { bridges: [BRIDGE], bring_up: true };
const GONE = { ...NIC, state: 'absent' };

test.each<[string, Record<string, unknown>]>([
  ['another NIC has taken its part', { bridges: [{ name: 'br0' }], ports: [GONE, { ...NIC, port: 'eth2' }] }],
  [
    'the bridge has a bond as well',
    {
      bridges: [{ name: 'br0' }],
      ports: [GONE, { bridge: 'br0', port: 'bond0', interfaces: ['eth2', 'eth3'] }],
    },
  ],
])('the bridge keeps its addresses where %s', async (_, options) => {
  fake.devices.set('eth3', { up: true, addresses: [], routes: [] });
  const after = await foreseen('topology', options);
  expect([...after.keys()]).toContain('remove port eth1');
  expect([...after.keys()]).not.toContain(FILE);
  expect(after.get('configure interface br0')).toBeUndefined();
});

test('a NIC gets what others gave the bridge, too', async () => {
  fake.devices.get('br0')?.addresses.push('10.4.0.5/24');
  const after = await foreseen('bridge', { bridge: 'br0', state: 'absent' });
  expect(after.get(FILE)).toMatch(/address 10\.1\.0\.5\/24\n[\s\S]*address 10\.4\.0\.5\/24/);
});

test('the bridge keeps what the task gives it, and a warning says that its uplink is removed', async () => {
  const { diff, warnings } = await play(fake, true).topology({ ...UP, ports: [GONE] });
  expect(JSON.stringify(diff)).not.toContain(FILE);
  expect(warnings).toContain("bridge 'br0' keeps its addresses, and 'eth1', its uplink, is removed from it");
});

test('the bridge keeps them where an earlier task gave it another uplink, which is no guest', async () => {
  const other = { bridge: 'br0', port: 'eth2', type: 'system' };
  await play(fake).port(other);
  expect([...(await foreseen('port', GONE)).keys()]).not.toContain(FILE);
  await play(fake).port({ ...other, interface_external_ids: { 'iface-id': 'x' } });
  expect([...(await foreseen('port', GONE)).keys()]).toContain(FILE);
});

test('a task that no longer says that the bridge takes them does not make it forget', async () => {
  await play(fake).topology({ ...UP, ports: [{ ...NIC, take_address: false }] });
  const after = await foreseen('bridge', { bridge: 'br0', state: 'absent' });
  expect(after.get(FILE)).toContain('10.1.0.5/24');
});

test('a host whose port has no record of it yet gets one, once, and nothing else', async () => {
  withoutRecord();
  const task = { bridges: [BRIDGE], ports: [NIC], bring_up: true };
  const { changed, diff } = await play(fake).topology(task);
  expect(changed).toBe(true);
  expect(diff).toMatchObject([{ after: '{\n  "take_address": true\n}\n' }]);
  expect(await play(fake).topology(task)).toMatchObject({ changed: false });
});

test('the port cannot move to another bridge while its own has its addresses', async () => {
  const before = fake.snapshot();
  const { msg } = await play(fake).topology({
    bridges: [{ name: 'br1' }],
    ports: [{ ...NIC, bridge: 'br1' }],
  });
  expect(msg).toMatch(
    /^option 'ports\[0\].bridge': the addresses of 'eth1' are on bridge 'br0': remove it there/,
  );
  expect(fake.snapshot()).toBe(before);
});

test('one NIC gives and another gets in two tasks', async () => {
  fake.devices.set('eth2', { up: true, addresses: ['10.9.0.1/24'], routes: [] });
  const before = fake.snapshot();
  const ports = [GONE, { ...NIC, bridge: 'br2', port: 'eth2' }];
  const { msg } = await play(fake).topology({
    bridges: [{ name: 'br2' }, { name: 'br0', state: 'absent' }],
    ports,
  });
  expect(msg).toMatch(
    /^option 'ports\[1\].take_address': .*'eth1' the addresses of 'br0' back: use another task/,
  );
  expect(fake.snapshot()).toBe(before);
});

test('a NIC gets back the lease of its bridge, and not the routes of that lease', async () => {
  await play(fake).bridge({ bridge: 'br0', mode: 'dhcp' });
  fake.devices.get('br0')?.routes.push('default via 10.3.0.1');
  const after = await foreseen('bridge', { bridge: 'br0', state: 'absent' });
  expect(after.get(FILE)).toMatch(/\niface eth1 inet dhcp\n$/);
});

test('a NIC whose addresses were never taken gets none', async () => {
  const port = { bridge: 'br0', port: 'eth2', mode: 'manual' };
  await play(fake).port(port);
  const after = await foreseen('topology', { ...UP, ports: [NIC, port], state: 'absent' });
  expect(after.get(returnedFile('ifupdown', 'eth2'))).toBeUndefined();
  expect(after.get(FILE)).toContain('10.1.0.5/24');
});

test('a NIC that is no port any more gets none of the addresses that the bridge has since', async () => {
  fake = new FakeHost();
  const made = { bridges: [{ name: 'br0' }], ports: [GONE] };
  expect(await play(fake).topology(made)).toMatchObject({ changed: true });
  const bridge = fake.devices.get('br0');
  bridge?.addresses.push('10.2.0.5/24');
  expect(await play(fake, true).topology(made)).toMatchObject({ changed: false });
});

test('a NIC whose row does not say yet that its addresses were taken gets them by its options', async () => {
  withoutRecord();
  const after = await foreseen('topology', { bridges: [BRIDGE], ports: [NIC], state: 'absent' });
  expect(after.get(FILE)).toContain('10.1.0.5/24');
});

test.each([
  ["the bridge's own port", 'br0'],
  ['the NIC', 'eth1'],
])('is refused where %s is in a VLAN alone, and nothing is written', async (_, port) => {
  await play(fake).port({ bridge: 'br0', port, tag: 7, ...(port === 'eth1' && NIC) });
  const before = fake.snapshot();
  const { msg } = await play(fake).bridge({ bridge: 'br0', state: 'absent' });
  expect(msg).toMatch(/^option 'bridge': bridge 'br0' has the addresses of 'eth1' in a VLAN .*'tag'/);
  expect(fake.snapshot()).toBe(before);
});

test('what is purged has no option to name', async () => {
  await play(fake).port({ ...NIC, tag: 7 });
  expect((await play(fake).topology({ purge: true })).msg).toMatch(
    /^bridge 'br0' has the addresses of 'eth1' in a VLAN/,
  );
});

test('while another change is undone, it is an error and writes nothing', async () => {
  const about = JSON.stringify({ nic: 'eth0', bridge: 'br-ex', seconds: 60 });
  fake.files.set('/var/lib/piecewise-cloud/rollback/undoing.json', about);
  const before = fake.snapshot();
  const { msg } = await play(fake).bridge({ bridge: 'br0', state: 'absent' });
  expect(msg).toMatch(/the change of 'eth0' is being undone: wait/);
  expect(fake.snapshot()).toBe(before);
});
