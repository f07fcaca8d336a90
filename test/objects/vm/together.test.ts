import { describe, expect, it } from 'vitest';
import { LAN, problems } from './given.ts';

const nic = (more: object) => [{ name: 'eth0', mode: 'dhcp', ...more }];
const { ovs } = LAN;

describe('what two VMs cannot both have is an error of both', () => {
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
      expect(said[i ?? 0]).toContain(`is that of vms[${j}].${option} too`);
    }
  });

  it.each<[string, object, object]>([
    ['an address on two VLANs', LAN, { ...LAN, ovs: [{ ...ovs[0], vlans: [11] }] }],
    ['an address on two bridges', LAN, { ...LAN, ovs: [{ name: 'other', vlans: [10] }] }],
    ['a disk that is shared', shared(), shared()],
    ['an address of one that is to be absent', LAN, { ...LAN, state: 'absent' }],
    ['one of another host', { ...LAN, host: 'hv1' }, { ...LAN, host: 'hv2' }],
  ])('but %s is none', async (_, one, other) => {
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

  it('also with one that the task is not about', async () => {
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
