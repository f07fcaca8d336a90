import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { defaultMac, targetOf } from '../../../modules/objects/vm/names.ts';
import { networkConfigOf } from '../../../modules/objects/vm/network.ts';
import type { VmOptions } from '../../../modules/objects/vm/options.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { spec } from '../../../modules/vm/spec.ts';
import { noHost } from '../../support/fake.ts';
import { LAN, vmOf, WEB } from './given.ts';
import { NO_DISK, plan, stateOf, xmlOf } from './state.ts';

describe('a VM', () => {
  it('has room to grow in memory and processors', () => {
    const xml = xmlOf(plan({ memory_max: '4 GiB', vcpus: 2, vcpus_max: 8 }));
    expect(xml).toMatch(/<memory unit=.KiB.>4194304<.*<currentMemory unit=.KiB.>1048576</s);
    expect(xml).toMatch(/<vcpu current=.2.>8</);
    // Without it, the domain's options say so as before.
    expect(xmlOf(plan({ vcpus: 2, domain: { vcpus_max: 4 } }))).toMatch(/<vcpu current=.2.>4</);
  });

  it('is made as disk, seed, domain, and then started', () => {
    const { changes, result } = plan(LAN);
    expect(changes.map(({ title }) => title)).toEqual([
      'make disk /var/lib/libvirt/images/web1/disk.qcow2',
      'write seed /var/lib/libvirt/images/web1/cloud-init_ci.iso',
      'define domain web1',
      'set autostart of domain web1',
      'start domain web1',
    ]);
    expect(result).toMatchObject({
      name: 'web1',
      state: 'running',
      actions: changes.map(({ title }) => title),
    });
  });

  it('has in its seed the MAC addresses of its domain', () => {
    const planned = plan(LAN);
    const [nic] = planned.result?.interfaces ?? [];
    expect(nic).toEqual({
      name: 'eth0',
      target: 'veth-web1-eth0',
      mac: defaultMac(planned.one, planned.one.interfaces[0] as VmOptions['interfaces'][number]),
      addresses: ['10.10.1.11/24'],
    });
    expect(xmlOf(planned)).toContain(`<mac address="${nic?.mac}"/>`);
    const defined = xmlOf(planned).replaceAll(String(nic?.mac), '52:54:00:00:00:07');
    expect(plan(LAN, defined).result?.interfaces).toMatchObject([{ mac: '52:54:00:00:00:07' }]);
  });

  it('does not change when an interface is added in front of others', () => {
    const both = {
      ovs: [{ name: 'other' }, ...LAN.ovs],
      interfaces: [{ name: 'eth1', mode: 'dhcp' }, ...LAN.interfaces],
    };
    expect(plan(both).result?.interfaces[1]).toEqual(plan(LAN).result?.interfaces[0]);
  });

  it('is only defined, or only started, with `steps`', () => {
    const titles = (given: Record<string, unknown>, xml?: string) =>
      plan(given, xml).changes.map(({ title }) => title);
    expect(titles({ steps: 'define' }).at(-1)).toBe('set autostart of domain web1');
    expect(titles({ steps: 'start' }, xmlOf(plan()))).toEqual(['start domain web1']);
  });

  it('reports problems of its parts by its own options', () => {
    const users = [{ name: 'joe', sodo: 'x' }];
    expect(() => plan({ users })).toThrow(/^option 'users': users\[0\].sodo: is unknown/);
    expect(() => plan({ user_data: { users } })).toThrow(/^option 'user_data': users\[0\].sodo/);
    expect(() => plan({ users, user_data: ['#!/bin/sh'] })).toThrow(/^option 'users': users/);
    expect(plan({ users, validate: 'warn' }).warnings?.join()).toContain('users[0].sodo');
  });

  it('has no warning about a gateway with on_link', () => {
    const nic = { name: 'eth0', address: '203.0.113.7/32', gateway: '198.51.100.1', on_link: true };
    expect(plan({ ...LAN, interfaces: [nic] }).warnings).toEqual([]);
  });

  it('is removed in the reverse order', () => {
    const xml = xmlOf(plan());
    const one = vmOf({ state: 'absent', remove_storage: true });
    const files = {
      disks: [{ ...NO_DISK, disk: { guestFormat: undefined, disk: undefined } }],
      directory: ['disk.qcow2'],
    };
    const { changes } = vm.plan(one, { ...stateOf(one, xml), ...files });
    expect(changes.map(({ title }) => title)).toEqual([
      'undefine domain web1',
      'remove disk /var/lib/libvirt/images/web1/disk.qcow2',
      'remove directory /var/lib/libvirt/images/web1',
    ]);
  });

  it('needs its archive uploaded, unless it is on the host', () => {
    const given = { archive_name: 'old', archives: ['old'] };
    expect(plan(given).uploads).toEqual({ old: '/var/lib/libvirt/images/old.tar.gz' });
    expect(plan({ ...given, uploaded: ['old'] }).uploads).toEqual({});
    expect(plan().uploads).toEqual({});
  });
});

describe('default names of interfaces, and MAC addresses', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
  const nic = (of: string) => ({ name: of }) as VmOptions['interfaces'][number];

  it('are valid, and the same each time', () => {
    fc.assert(
      fc.property(name, name, name, (hypervisor, vmName, nicName) => {
        const one = { hypervisor, name: vmName } as VmOptions;
        expect(targetOf(one, nic(nicName))).toMatch(/^veth-[a-z0-9-]{1,10}$/);
        expect(defaultMac(one, nic(nicName))).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
        expect(defaultMac({ ...one }, nic(nicName))).toBe(defaultMac(one, nic(nicName)));
      }),
    );
  });

  it('differ between two hypervisors with guests of the same name', () => {
    const macs = ['hv1', 'hv2'].map((hypervisor) =>
      defaultMac({ hypervisor, name: 'a' } as VmOptions, nic('eth0')),
    );
    expect(macs[0]).not.toBe(macs[1]);
  });
});

describe("a guest's network", () => {
  it('is written as the release before wrote it, byte for byte', () => {
    const { interfaces } = vmOf({
      ovs: [{ name: 'a' }, { name: 'b' }],
      interfaces: [
        {
          ...{ name: 'eth0', address: '10.0.0.2', netmask: '255.255.255.0', gateway: '10.0.0.1' },
          ...{ dns: '9.9.9.9, 1.1.1.1', comment: 'the "LAN"\nof ż' },
        },
        { name: 'eth1', mode: 'dhcp' },
      ],
    });
    expect(networkConfigOf(interfaces, ['52:54:00:00:00:01', '52:54:00:00:00:02'])).toBe(`version: 1
config:
  # the "LAN" of ż
  - type: physical
    name: "eth0"
    mac_address: "52:54:00:00:00:01"
    subnets:
      - type: static
        address: "10.0.0.2"
        netmask: "255.255.255.0"
        gateway: "10.0.0.1"
        dns_nameservers: ["9.9.9.9", "1.1.1.1"]
  - type: physical
    name: "eth1"
    mac_address: "52:54:00:00:00:02"
    subnets:
      - type: dhcp
`);
  });
});

it("hides the secrets of its domain's command line, which QEMU's errors quote", () => {
  const argument = 'secret,id=s,data=correct-horse';
  const given = `<domain><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='${argument}'/></qemu:commandline></domain>`;
  expect(vm.secrets?.(vmOf({ domain: { extra_xml: given } }), undefined)).toEqual([argument]);
  expect(vm.secrets?.(vmOf(), stateOf(vmOf(), given))).toEqual([argument]);
});

describe('a VM in a network that an earlier task makes', () => {
  const networks = [{ name: 'lan', address: ['10.20.0.5'] }];
  const task = (check: boolean) =>
    run(
      { spec, ...vm, observe: async (_, items) => items.map((one) => stateOf(one)) },
      compileValidator(spec),
      noHost,
      JSON.stringify({ ...WEB, networks, _ansible_check_mode: check }),
    );
  const message =
    "option 'networks[0].name': there is no network 'lan' on this host: declare it in 'networks' of the role network, or leave the entry out";

  it('is planned by check mode, with a warning', async () => {
    const result = await task(true);
    expect(result).toMatchObject({ changed: true, warnings: expect.arrayContaining([message]) });
    expect(result).not.toHaveProperty('failed');
  });

  it('is an error of a real run, before anything is done', async () => {
    expect(await task(false)).toMatchObject({ failed: true, msg: expect.stringContaining(message) });
  });
});
