import { describe, expect, it } from 'vitest';
import { LAN, problems } from './given.ts';

const nic = (more: object) => [{ name: 'eth0', mode: 'dhcp', ...more }];
const { ovs } = LAN;

describe('two VMs that use the same thing are both in error', () => {
  it.each<[string, object, object, string]>([
    ['a name', {}, { name: 'a' }, 'name'],
    ['an address on one bridge and VLAN', LAN, LAN, 'interfaces[0].address'],
    [
      'a MAC address, however it is written',
      { ovs, interfaces: nic({ mac: '52:54:00:AA:00:01' }) },
      { ovs, interfaces: nic({ mac: '52:54:00:aa:00:01' }) },
      'interfaces[0].mac',
    ],
    [
      'an interface of the host',
      { ovs, interfaces: nic({ target: 'tap0' }) },
      { ovs, interfaces: nic({ target: 'tap0' }) },
      'interfaces[0].target',
    ],
    [
      'a disk',
      { domain: { disks: [{ source: '/data/x' }] } },
      { domain: { disks: [{ source: '/data/x' }] } },
      'domain.disks[0].source',
    ],
  ])('%s', async (_, one, other, option) => {
    const said = await problems([
      { name: 'a', ...one },
      { name: 'b', ...other },
    ]);
    expect(said).toHaveLength(2);
    for (const [i, j] of [
      [0, 1],
      [1, 0],
    ]) {
      expect(said[i ?? 0]).toContain(`option 'vms[${i}].${option}': the `);
      expect(said[i ?? 0]).toContain(`is used by vms[${j}].${option} too`);
    }
  });

  it.each<[string, object, object]>([
    ['an address on two VLANs', LAN, { ...LAN, ovs: [{ ...ovs[0], vlans: [11] }] }],
    ['an address on two bridges', LAN, { ...LAN, ovs: [{ name: 'other', vlans: [10] }] }],
    ['a disk that is shared', shared(), shared()],
    ['an address of a VM that is removed', LAN, { ...LAN, state: 'absent' }],
    ['a VM of another host', { ...LAN, host: 'hv1' }, { ...LAN, host: 'hv2' }],
  ])('but not for %s', async (_, one, other) => {
    expect(
      await problems([
        { name: 'a', ...one },
        { name: 'b', ...other },
      ]),
    ).toEqual([]);
  });

  it('within one VM too', async () => {
    const twice = {
      ovs: [...ovs, ...ovs],
      interfaces: [...nic({ target: 'tap0' }), { name: 'eth1', mode: 'dhcp', target: 'tap0' }],
    };
    expect(await problems([twice])).toHaveLength(2);
  });

  it('also if `only` excludes one of them', async () => {
    expect(
      await problems(
        [
          { ...LAN, name: 'a' },
          { ...LAN, name: 'b' },
        ],
        { only: 'a' },
      ),
    ).toHaveLength(1);
  });
});

function shared() {
  return { domain: { disks: [{ source: '/data/x', shareable: true }] } };
}
