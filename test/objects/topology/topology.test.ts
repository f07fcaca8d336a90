import { describe, expect, it, test } from 'vitest';
import { FakeHost } from '../../lib/ovs/fake-host.ts';
import { play } from '../../lib/ovs/play.ts';
import { expectUnchanged } from '../../support/unchanged.ts';

const up = (fake: FakeHost) => [...fake.devices].flatMap(([name, device]) => (device.up ? name : [])).sort();

describe('bring_up', () => {
  const BRIDGES = [{ name: 'br0' }, { name: 'br1', address: '10.2.0.1/24' }];
  const PORTS = [
    { bridge: 'br0', port: 'plain' },
    { bridge: 'br0', port: 'addressed', address: '10.3.0.1/24' },
    { bridge: 'br0', port: 'tunnel', type: 'vxlan', options: { remote_ip: '192.0.2.1' } },
    { bridge: 'br1', port: 'br1', tag: 5 },
    { bridge: 'br0', port: 'to-br1', peer: { bridge: 'br1', port: 'to-br0' } },
    { bridge: 'br1', port: 'to-br0', trunks: [5] },
  ];

  it('brings ports up that say nothing of addresses, and takes none from the others', async () => {
    const fake = new FakeHost();
    const done = await play(fake).topology({ bridges: BRIDGES, ports: PORTS, bring_up: true });
    expect(done.failed, done.msg).toBeUndefined();
    expect(up(fake)).toEqual(['addressed', 'br1', 'eth1', 'plain']);
    expect(fake.devices.get('br1')?.addresses).toEqual(['10.2.0.1/24']);
    expect(await play(fake).topology({ bridges: BRIDGES, ports: PORTS, bring_up: true })).toMatchObject({
      changed: false,
    });
  });

  it('is not done unless it is said', async () => {
    const fake = new FakeHost();
    await play(fake).topology({ bridges: BRIDGES, ports: PORTS });
    expect(up(fake)).toEqual(['addressed', 'br1', 'eth1']);
  });
});

test('bridge_defaults are what a bridge has that says nothing else', async () => {
  const fake = new FakeHost();
  const bridges = [{ name: 'br0' }, { name: 'br1', datapath_type: 'system' }];
  await play(fake).topology({ bridges, bridge_defaults: { datapath_type: 'netdev' } });
  expect(fake.database.find('Bridge', 'br0')?.datapath_type).toBe('netdev');
  expect(fake.database.find('Bridge', 'br1')?.datapath_type).not.toBe('netdev');
});

test('state is that of all bridges and ports, whatever they say', async () => {
  const fake = new FakeHost();
  const files = [...fake.files];
  const bridges = [{ name: 'br0', state: 'present' }];
  const ports = [{ bridge: 'br0', port: 'p0' }];
  await play(fake).topology({ bridges, ports, bring_up: true });
  expect(await play(fake).topology({ bridges, ports, bring_up: true, state: 'absent' })).toMatchObject({
    changed: true,
    bridges: [],
    ports: [],
  });
  expect(fake.database.find('Bridge', 'br0')).toBeUndefined();
  expect([...fake.files]).toEqual(files);
});

test('purge removes the files of missing ports of its bridges, and no others', async () => {
  const fake = new FakeHost();
  await play(fake).bridge({ bridge: 'theirs' });
  const bridges = [{ name: 'ours' }];
  const ports = [{ bridge: 'ours', port: 'p0', address: '10.1.0.1/24' }];
  await play(fake).topology({ bridges, ports });
  const file = (name: string) => `/etc/network/interfaces.d/ovs_port_${name}`;
  const text = fake.files.get(file('p0')) ?? '';
  for (const [name, bridge] of [
    ['left', 'ours'],
    ['kept', 'theirs'],
  ] as const) {
    fake.files.set(file(name), text.replaceAll('p0', name).replaceAll('ours', bridge));
  }
  fake.files.set(
    file('blog'),
    'allow-ovs ours\niface blog inet manual\n  ovs_type OVSIntPort\n  ovs_bridge ours\n',
  );
  await play(fake).topology({ bridges, ports, purge: true });
  const names = [...fake.files.keys()].filter((path) => path.startsWith(file('')));
  expect(names.sort()).toEqual(['blog', 'kept', 'p0'].map(file));
});

test('purge keeps a bridge for a port that is on it and is to be absent from another', async () => {
  const fake = new FakeHost();
  for (const nic of ['eth1', 'eth2']) fake.devices.set(nic, { up: false, addresses: [], routes: [] });
  const bridges = [{ name: 'br0' }, { name: 'br1' }];
  const vlans = [
    { name: 'vlan-a', parent: 'br0', vlan: 10 },
    { name: 'vlan-b', parent: 'br0', vlan: 11 },
  ];
  const ports = [
    { bridge: 'vlan-a', port: 'eth1' },
    { bridge: 'br1', port: 'eth2' },
  ];
  await play(fake).topology({ bridges: [...bridges, ...vlans], ports, purge: true });
  const absent = [
    { bridge: 'vlan-b', port: 'eth1', state: 'absent' },
    { bridge: 'br0', port: 'eth2', state: 'absent' },
  ];
  const left = { bridges: [{ name: 'br0' }], ports: absent, purge: true };
  const { warnings } = await play(fake).topology(left);
  expect(warnings).toContain("bridge 'vlan-a' is no longer listed, but kept for the ports on it: eth1");
  expect(warnings).toContain("bridge 'br1' is no longer listed, but kept for the ports on it: eth2");
  expectUnchanged(await play(fake).topology(left));
});

test('an absent fake bridge is removed whatever its VLAN was, and another may take its VLAN in the same task', async () => {
  const fake = new FakeHost();
  const bridges = [{ name: 'br0' }, { name: 'br1' }];
  const vlan = { name: 'vlan-a', parent: 'br1', vlan: 11 };
  await play(fake).topology({ bridges: [...bridges, vlan] });
  const moved = {
    bridges: [
      ...bridges,
      { name: 'vlan-a', parent: 'br0', vlan: 10, state: 'absent' },
      { name: 'vlan-b', parent: 'br1', vlan: 11 },
    ],
  };
  const { changed, diff } = await play(fake).topology(moved);
  expect(changed).toBe(true);
  expect(diff).toMatchObject([
    { before_header: 'remove bridge vlan-a' },
    { after_header: 'add bridge vlan-b' },
  ]);
  expectUnchanged(await play(fake).topology(moved));
});

test('an interface of a bond keeps its file where a port of its name is to be absent', async () => {
  const fake = new FakeHost();
  for (const nic of ['eth1', 'eth2']) fake.devices.set(nic, { up: false, addresses: [], routes: [] });
  const bond = { bridge: 'br0', port: 'bond0', interfaces: ['eth1', 'eth2'], mode: 'manual' };
  await play(fake).topology({ bridges: [{ name: 'br0' }], ports: [bond] });
  const before = fake.snapshot();
  const ports = [{ bridge: 'br0', port: 'eth1', state: 'absent' }];
  expectUnchanged(await play(fake).topology({ bridges: [{ name: 'br0' }], ports }));
  expect(fake.snapshot()).toBe(before);
});
