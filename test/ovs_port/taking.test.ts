import { expect, test } from 'vitest';
import { FakeHost } from '../lib/ovs/fake-host.ts';
import { play } from '../lib/ovs/play.ts';

const TAKE = { bridge: 'br0', port: 'eth1', type: 'system', take_address: true };

test.each<[object, string | RegExp]>([
  [{ take_address: false, rollback_timeout: 9 }, /^option 'rollback_timeout': .*'take_address: true'/],
  [{ rollback_timeout: 4 }, /^option 'rollback_timeout': 4 must be from 5/],
  [{ type: 'internal' }, /^option 'type': .*'type: system'/],
  [{ interfaces: ['eth2'] }, /^option 'interfaces': .*leave it out/],
  [{ address: '10.0.0.1/24' }, /^option 'address': .*give it to the bridge/],
  [{ gateway: '10.0.0.1' }, /^option 'gateway': .*give it to the bridge/],
  [{ mode: 'dhcp' }, /^option 'mode': /],
  [{ bridge: 'eth1' }, /^option 'port': a bridge takes the addresses of a NIC/],
])('%j is an error', async (more, message) => {
  expect((await play(new FakeHost()).port({ ...TAKE, ...more })).msg).toMatch(message);
});

test('two at once are an error that names the second, and nothing is written', async () => {
  const fake = new FakeHost();
  for (const nic of ['eth1', 'eth2']) {
    fake.devices.set(nic, { up: true, addresses: [`10.${nic.slice(3)}.0.1/24`], routes: [] });
  }
  const before = fake.snapshot();
  const ports = [TAKE, { ...TAKE, port: 'eth2' }];
  const result = await play(fake).topology({ bridges: [{ name: 'br0' }], ports });
  expect(result.msg).toMatch(
    /^option 'ports\[1\].take_address': a task can take the addresses of one NIC only, and takes those of 'eth1'/,
  );
  expect(fake.snapshot()).toBe(before);
});

test("a port of another bridge can't be an uplink", async () => {
  const fake = new FakeHost();
  await play(fake).topology({
    bridges: [{ name: 'br0' }, { name: 'br1' }],
    ports: [{ ...TAKE, bridge: 'br1', take_address: false }],
  });
  fake.devices.set('eth1', { up: true, addresses: ['10.1.0.1/24'], routes: [] });
  const before = fake.snapshot();
  expect((await play(fake).port(TAKE)).msg).toMatch(
    /^option 'take_address': 'eth1' is a port of bridge 'br1'/,
  );
  expect(fake.snapshot()).toBe(before);
});

test('a VLAN of another bridge takes no addresses, and nothing is written', async () => {
  const fake = new FakeHost();
  const bridges = [{ name: 'br1' }, { name: 'br0', parent: 'br1', vlan: 7 }];
  await play(fake).topology({ bridges });
  fake.devices.set('eth1', { up: true, addresses: ['10.1.0.1/24'], routes: [] });
  const before = fake.snapshot();
  expect((await play(fake).topology({ bridges, ports: [TAKE] })).msg).toMatch(
    /^option 'ports\[0\].take_address': 'br0' is VLAN 7 of 'br1'.*give 'bridge: br1'/,
  );
  expect(fake.snapshot()).toBe(before);
});

test('while a change is not confirmed, another one is an error and writes nothing', async () => {
  const fake = new FakeHost();
  fake.devices.set('eth1', { up: true, addresses: ['10.1.0.1/24'], routes: [] });
  const about = JSON.stringify({ nic: 'eth0', bridge: 'br-ex', seconds: 60 });
  fake.files.set('/var/lib/piecewise-cloud/rollback/about.json', about);
  const bridges = [{ name: 'br0' }];
  const result = await play(fake).topology({ bridges, ports: [TAKE] });
  expect(result.msg).toMatch(/^option 'ports\[0\].take_address': the change of 'eth0' is not confirmed yet/);
  fake.devices.set('eth1', { up: true, addresses: [], routes: [] });
  expect(await play(fake).topology({ bridges, ports: [TAKE] })).toMatchObject({
    changed: true,
    rollback: { port: 'eth0', seconds: 60 },
  });
});
