import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { tunnelName } from '../../../modules/objects/overlay/tunnels.ts';
import { FakeHost } from '../../lib/ovs/fake-host.ts';
import { play } from '../../lib/ovs/play.ts';

const MEMBERS = { hv1: '10.1.0.1', hv2: '10.1.0.2', hv3: '10.1.0.3' };
const MESH = { host: 'hv1', members: MEMBERS, bridge: 'lan' };

/** A host that has the address of hv1. */
function hv1(): FakeHost {
  const fake = new FakeHost();
  fake.devices.set('eth1', { up: true, addresses: ['10.1.0.1/24'], routes: [] });
  return fake;
}

const remotes = (fake: FakeHost) =>
  fake.database
    .rows('Interface')
    .flatMap(({ options }) => /"remote_ip","([^"]+)"/.exec(JSON.stringify(options))?.[1] ?? [])
    .sort();

describe('the tunnels of a host', () => {
  it('lead to each other member, and are there after one run', async () => {
    const fake = hv1();
    const made = await play(fake).overlay(MESH);
    expect(made).toMatchObject({ changed: true, bridge: 'lan', peers: ['hv2', 'hv3'] });
    expect(remotes(fake)).toEqual(['10.1.0.2', '10.1.0.3']);
    expect(await play(fake).overlay(MESH)).toMatchObject({ changed: false });
  });

  it('go with the member they led to, and with the host itself', async () => {
    const fake = hv1();
    await play(fake).overlay(MESH);
    const { hv3: _, ...two } = MEMBERS;
    await play(fake).overlay({ ...MESH, members: two });
    expect(remotes(fake)).toEqual(['10.1.0.2']);
    const { hv1: _1, ...others } = MEMBERS;
    expect(await play(fake).overlay({ ...MESH, members: others })).toMatchObject({
      changed: true,
      peers: [],
    });
    expect(remotes(fake)).toEqual([]);
    expect(fake.database.find('Bridge', 'lan')).toBeUndefined();
  });

  it('start from local_ip where the host is behind NAT', async () => {
    const fake = hv1();
    const members = { ...MEMBERS, hv1: '203.0.113.1' };
    expect((await play(fake).overlay({ ...MESH, members })).msg).toMatch(
      /^hv1 has no interface with the address 203/,
    );
    expect(remotes(fake)).toEqual([]);
    await play(fake).overlay({ ...MESH, members, options: { local_ip: '10.1.0.1' } });
    expect(remotes(fake)).toEqual(['10.1.0.2', '10.1.0.3']);
  });

  it('are planned in check mode before the host has the address', async () => {
    const planned = await play(new FakeHost(), true).overlay(MESH);
    expect(planned).toMatchObject({ changed: true });
    expect(planned.warnings).toEqual([
      expect.stringContaining('hv1 has no interface with the address 10.1.0.1'),
    ]);
  });

  it.each(['stp_enable', 'rstp_enable'])('are not made on a bridge with %s', async (option) => {
    const fake = hv1();
    await play(fake).topology({ bridges: [{ name: 'lan', [option]: true }] });
    expect((await play(fake).overlay(MESH)).msg).toMatch(
      new RegExp(`^option 'bridge': lan has '${option}: true'`),
    );
    expect(remotes(fake)).toEqual([]);
    await play(fake).overlay({ ...MESH, bridge_defaults: { [option]: false } });
    expect(remotes(fake)).toHaveLength(2);
  });
});

describe('an overlay', () => {
  test.each<[object, RegExp]>([
    [{ members: {} }, /^option 'members': is empty: give/],
    [{ members: { ...MEMBERS, hv2: '' } }, /^option 'members': hv2 has no address/],
    [
      { members: { ...MEMBERS, hv2: '10.1.0.2/24' } },
      /'10\.1\.0\.2\/24', which is not an IP address without a prefix/,
    ],
    [{ members: { ...MEMBERS, hv2: 'fd00::2' } }, /some hosts have IPv4 and some IPv6/],
    [{ members: { hv1: 'fd00::1', hv2: 'FD00:0::1' } }, /hv1 and hv2 have the same address, fd00::1/],
    [{ options: { remote_ip: '10.1.0.9' } }, /^option 'options\.remote_ip': is set by the option 'members'/],
    [{ options: { local_ip: 'here' } }, /^option 'options\.local_ip': 'here' is not an IP address/],
    [{ port: { tag: 5, trunk: [1] } }, /^option 'port\.trunk': .*did you mean 'trunks'/],
    [{ port: { protected: false } }, /^option 'port\.protected'/],
    [{ bridge_defaults: { datapath: 'netdev' } }, /^option 'bridge_defaults\.datapath'/],
    [{ bridge: 'a-bridge-of-16-ch' }, /^option 'bridge': /],
    [{ name: 'Mesh' }, /^option 'name': .*1 to 6 small letters and digits/],
  ])('with %j is an error, and nothing is written', async (more, message) => {
    const fake = hv1();
    const before = fake.snapshot();
    expect((await play(fake).overlay({ ...MESH, ...more })).msg).toMatch(message);
    expect(fake.snapshot()).toBe(before);
  });

  it('shows no key that is refused', async () => {
    const { msg } = await play(hv1()).overlay({ ...MESH, psk: 'Tr0ub4dor "x"' });
    expect(msg).toMatch(/^option 'psk': .*spaces, quotes and backslashes/);
    expect(msg).not.toContain('Tr0ub4dor');
  });
});

describe('the name of a tunnel', () => {
  // What the role's template made of them at 5bb257e: tunnels of that time are found again.
  it.each([
    ['ov', 'hv2', 'ov-hv2'],
    ['ov', 'hypervisor-2', 'ov-hypervisor-2'],
    ['ov', 'hypervisor-three.example.com', 'ov-hyperv-f68b9'],
    ['m', 'a b', 'm-ab-c8687'],
  ])('%s to %s is %s', (overlay, host, name) => {
    expect(tunnelName(overlay, host)).toBe(name);
  });

  it('fits an interface, and is another for another host', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,6}$/);
    const host = fc.stringMatching(/^[\w. -]{1,40}$/);
    fc.assert(
      fc.property(name, host, host, (overlay, one, other) => {
        const [first, second] = [one, other].map((each) => tunnelName(overlay, each));
        expect(first).toMatch(/^[a-z0-9]{1,6}-[\w.-]{1,13}$/);
        expect((first ?? '').length).toBeLessThanOrEqual(15);
        if (one !== other) expect(first).not.toBe(second);
      }),
    );
  });
});
