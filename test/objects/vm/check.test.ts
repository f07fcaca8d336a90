import { describe, expect, it } from 'vitest';
import { answer, LAN, problems, WEB } from './given.ts';

const nic = (more: object) => ({ ...LAN, interfaces: [{ ...LAN.interfaces[0], ...more }] });

describe('a problem of a VM is reported by the option of the VM', () => {
  it.each<[string, object, string]>([
    ['a key that is misspelt', { memroy: 1 }, "memroy': is unknown; did you mean 'memory'?"],
    [
      'a key of a bridge',
      { ...LAN, ovs: [{ name: 'x', vlan: 3 }] },
      "ovs[0].vlan': is unknown; did you mean",
    ],
    [
      'a key of an interface',
      nic({ adress: '10.0.0.1/8' }),
      "interfaces[0].adress': is unknown; did you mean",
    ],
    ['a name with a slash', { name: 'a/b' }, 'name\': "a/b" must be made of letters, digits'],
    ['a file name with a slash', { disk_name: '../x' }, 'disk_name\': "../x" must be made of letters'],
    ['no memory', { memory: null }, "memory': is required, unless 'state' is 'absent'"],
    ['no archive_name', { archive_name: null }, "archive_name': is required"],
    [
      'less room to grow than memory',
      { memory_max: '512 MiB' },
      "memory_max': 512 MiB is less than 'memory', which is 1 GiB",
    ],
    [
      'room for fewer processors than there are',
      { vcpus: 4, vcpus_max: 2 },
      "vcpus_max': 2 is less than 'vcpus', which is 4",
    ],
    [
      'memory of the VM and of its domain',
      { memory_max: '2 GiB', domain: { current_memory: '1 GiB' } },
      "domain.current_memory': is 'memory' of the VM",
    ],
    [
      'processors of the VM and of its domain',
      { vcpus: 1, vcpus_max: 2, domain: { vcpus_max: 3 } },
      "domain.vcpus_max': is 'vcpus_max' of the VM",
    ],
    ['an invalid size', { disk_size: 'much' }, 'disk_size\': "much" must be a number of bytes'],
    ['a size between sectors', { disk_size: '100' }, "disk_size': 100 is not a valid size"],
    [
      'fewer bridges than interfaces',
      { ...LAN, ovs: [] },
      "ovs': has 0 entries and 'interfaces' has 1: they are paired",
    ],
    ['no name of an interface', nic({ name: null }), "interfaces[0].name': is required"],
    ['no address', nic({ address: null }), "interfaces[0].address': is required, since 'mode' is static"],
    ['no netmask', nic({ address: '10.0.0.2' }), "interfaces[0].address': '10.0.0.2' has no netmask"],
    [
      'an invalid netmask',
      nic({ address: '10.0.0.2', netmask: '255.0.255.0' }),
      "interfaces[0].address': netmask",
    ],
    ['an address by DHCP', nic({ mode: 'dhcp' }), "interfaces[0].address': 'mode' is dhcp: leave it out"],
    [
      'a gateway in another network',
      nic({ gateway: '10.9.0.1' }),
      "interfaces[0].gateway': 10.9.0.1 is not in the network of",
    ],
    ['an invalid name server', nic({ dns: 'none' }), "interfaces[0].dns': 'none' is not an IP address"],
    [
      'an invalid mode',
      nic({ mode: 'auto' }),
      'interfaces[0].mode\': "auto" must be one of static, dhcp, manual',
    ],
    [
      'a VLAN of 5000',
      { ...LAN, ovs: [{ name: 'x', vlans: [5000] }] },
      "ovs[0].vlans[0]': 5000 must be from 0",
    ],
    ['a VLAN twice', { ...LAN, ovs: [{ name: 'x', vlans: [5, 5] }] }, "ovs[0].vlans': 5 is listed twice"],
    [
      'a multicast MAC',
      nic({ mac: '01:00:00:00:00:01' }),
      'interfaces[0].mac\': "01:00:00:00:00:01" must be a unicast',
    ],
    [
      'user-data that is a text, beside users',
      { user_data: '#!/bin/sh\n', users: ['x'] },
      "user_data': is a text, so 'users'",
    ],
    ['users that are not a list', { users: 'joe' }, "users': must be a list"],
    ['invalid user-data', { user_data: 'hello' }, "user_data'"],
    ['an invalid extra file', { extra_files: { a: 1 } }, "extra_files.a': must be a text"],
    ["an option of the domain's", { domain: { graphics: 3 } }, 'domain.graphics[0]\': "3" is not a mapping'],
    ['a disk of the domain', { domain: { disks: [{}] } }, 'domain.disks[0]'],
    [
      'an interface of the domain',
      { ...LAN, domain: { interfaces: [{ source: 'x', mtu: 1 }] } },
      "domain.interfaces[0].mtu': 1 must",
    ],
  ])('%s', async (_, given, message) => {
    const [problem = '', ...others] = await problems([given]);
    expect(problem).toContain(`option 'vms[0].${message}`);
    expect(others).toEqual([]);
  });

  it('a gateway in another network is valid with on_link', async () => {
    expect(await problems([nic({ gateway: '10.9.0.1', on_link: true })])).toEqual([]);
    expect(await problems([nic({ gateway: 'fe80::1' })])).toEqual([]);
  });

  it('several name servers may be in one text', async () => {
    expect(await problems([nic({ dns: '9.9.9.9, 1.1.1.1 8.8.8.8' })])).toEqual([]);
    expect(await problems([nic({ dns: ['9.9.9.9'] })])).toEqual([]);
  });

  it('an archive_name that is neither an archive nor an image', async () => {
    const known = { images: ['debian-12'], archives: ['old'] };
    expect(await problems([{ archive_name: 'old' }, { name: 'b' }], known)).toEqual([]);
    expect(await problems([{ archive_name: 'other' }], known)).toEqual([
      expect.stringMatching(/^option 'vms\[0\].archive_name': there is neither an archive other.tar.gz/),
    ]);
  });

  it('a VM that is to be absent needs only its name', async () => {
    expect(await problems([{ memory: null, archive_name: null, state: 'absent' }])).toEqual([]);
  });
});

describe('an invalid entry', () => {
  it('does not prevent the others', async () => {
    expect(await problems([{ memory: null }, { name: 'b' }])).toHaveLength(1);
  });
});

describe('which entries a task takes', () => {
  it('those of its hypervisor', async () => {
    const wrong = { memory: null };
    expect(
      await problems([
        { ...wrong, host: 'hv2' },
        { name: 'b', host: 'hv1' },
      ]),
    ).toEqual([]);
    expect(await problems([{ ...wrong, host: 'hv1' }])).toHaveLength(1);
    expect(await answer({ ...WEB, host: 'hv2' })).toEqual({ changed: false, skipped: true });
  });

  it('the one that `only` names; an unknown one is an error', async () => {
    expect(await problems([{ memory: null }, { name: 'b' }], { only: 'b' })).toEqual([]);
    expect(await answer({ vms: [WEB, { ...WEB, name: 'b' }], only: 'db1' })).toMatchObject({
      failed: true,
      msg: "option 'only': VM 'db1' not found on hv1, which has web1, b",
    });
  });

  it('with the defaults for what an entry omits', async () => {
    const { memory, ...rest } = WEB;
    const { results } = (await answer({
      vms: [rest],
      defaults: { memory, disk_size: 'much' },
    })) as unknown as {
      results: { msg: string }[];
    };
    expect(results[0]?.msg).toContain('disk_size\': "much" must be');
  });
});
