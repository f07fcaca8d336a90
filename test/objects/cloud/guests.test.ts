import { expect, it } from 'vitest';
import { evacuatedElement } from '../../../modules/lib/libvirt/evacuated.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { addressInfos } from '../../../modules/objects/cloud/addresses.ts';
import { guestInfo } from '../../../modules/objects/cloud/guests.ts';
import { secretsOf } from '../../../modules/objects/cloud/secrets.ts';
import { domainOf, nic, xmlOf } from './domain.ts';

const network = {
  ...{ name: 'lan', bridge: 'br0', vlan: 10, subnets: [], gateways: [] },
  ...{ dhcp: false, dns: false, nat: false, forwards: [], leases: [] },
};
const around = { index: undefined, networks: [network], disks: [], declared: [], found: [] };
const nicsOf = (devices: string, live = false) =>
  guestInfo(domainOf(xmlOf({ devices }), live ? xmlOf({ devices }) : undefined), around).nics;

it('a NIC is in the network of its bridge and VLAN, and has a port only while its guest runs', () => {
  const mac = '52:54:00:00:00:01';
  const all = { mac, bridge: 'br0', network: 'lan', tag: 10, model: 'virtio', link: true };
  expect(nicsOf(nic('01'))).toEqual([all]);
  expect(nicsOf(nic('01'), true)).toEqual([{ ...all, port: 'vnet1' }]);
});

it('a NIC without a VLAN, and a trunk, are in no network', () => {
  expect(nicsOf(nic('01', ''))).toMatchObject([{ bridge: 'br0' }]);
  expect(nicsOf(nic('01', ''))[0]).not.toHaveProperty('network');
  const trunk = nicsOf(
    nic('01', "<vlan trunk='yes'><tag id='10'/><tag id='11'/></vlan><link state='down'/>"),
  );
  expect(trunk[0]).toMatchObject({ trunks: [10, 11], link: false });
  expect(trunk[0]).not.toHaveProperty('network');
  expect(trunk[0]).not.toHaveProperty('tag');
});

it('has the memory that the guest has now', () => {
  const domain = domainOf(xmlOf({ memory: 48 }), xmlOf({ memory: 32, current: 24 }));
  expect(guestInfo(domain, around)).toMatchObject({ memory: 24 * 1024 ** 2, vcpus: 1, managed: false });
});

it.each([
  [48, 32],
  [32, 48],
])('has the most memory that the guest has now, or after its next start (%i and %i MiB)', (defined, live) => {
  const domain = domainOf(xmlOf({ memory: defined }), xmlOf({ memory: live, current: 16 }));
  expect(guestInfo(domain, around)).toMatchObject({ memory_max: 48 * 1024 ** 2 });
});

it('tells which host it was evacuated from', () => {
  const head = `<metadata>${serialiseXml(evacuatedElement('hv1'))}</metadata>`;
  expect(guestInfo(domainOf(xmlOf({ head }), undefined), around)).toMatchObject({ evacuated_from: 'hv1' });
  expect(guestInfo(domainOf(xmlOf(), undefined), around)).not.toHaveProperty('evacuated_from');
});

it('may be a container, with a root, and a part of the time of the processors', () => {
  const container = (tune: string, more = '') =>
    `<domain type='lxc' id='7'><memory unit='KiB'>131072</memory><currentMemory unit='KiB'>65536</currentMemory><vcpu>3</vcpu>${tune}<devices>
    <filesystem type='mount'><source dir='/srv/data'/><target dir='/data'/></filesystem>
    <filesystem type='mount'><source dir='/srv/one/root'/><target dir='/'/></filesystem>${more}</devices></domain>`;
  const quota = (time: number) => `<cputune><period>100000</period><quota>${time}</quota></cputune>`;
  const info = (xml: string) => guestInfo(domainOf(xml, xml), around);
  expect(info(container(quota(250_000), nic('01')))).toMatchObject({
    ...{ kind: 'container', memory: 64 * 1024 ** 2, memory_max: 128 * 1024 ** 2, vcpus: 3, disks: [] },
    ...{ root: { path: '/srv/one/root' }, nics: [{ port: 'vnet1', bridge: 'br0' }], restart_reasons: [] },
  });
  expect(info(container(quota(20_000))).vcpus).toBe(1);
  expect(info(container(quota(-1))).vcpus).toBe(3);
  expect(info(container('')).vcpus).toBe(3);
  const share = "<filesystem type='mount'><source dir='/srv'/><target dir='/'/></filesystem>";
  const vm = guestInfo(domainOf(xmlOf({ devices: share }), undefined), around);
  expect(vm).toMatchObject({ kind: 'vm' });
  expect(vm).not.toHaveProperty('root');
});

it('tells what differs in a running container, by what its driver can change', () => {
  const of = (memory: number, tag: number) =>
    `<domain type='lxc'><memory unit='KiB'>${memory}</memory><currentMemory unit='KiB'>${memory}</currentMemory><vcpu>1</vcpu><devices>${nic('01', `<vlan><tag id='${tag}'/></vlan>`)}</devices></domain>`;
  expect(guestInfo(domainOf(of(65_536, 11), of(131_072, 10)), around).restart_reasons).toEqual([
    expect.stringMatching(/^interface 52:54:00:00:00:01: vlan tag id 10 → 11 can't be changed/),
    'not done yet: set memory to 65536 KiB',
  ]);
});

it('has each address once, those of the variables first', () => {
  const lease = { address: '10.0.0.5', mac: '52:54:00:00:00:01', source: 'lease' } as const;
  const neighbour = { ...lease, address: 'fd00::5', source: 'neighbour' } as const;
  expect(addressInfos(['10.0.0.5/24', 'dhcp', 'FD00::9'], [lease, neighbour])).toEqual([
    { ...lease, source: 'variables' },
    { address: 'fd00::9', source: 'variables' },
    neighbour,
  ]);
});

it('knows the secrets of a domain and of a tunnel, so that no text of the result has them', () => {
  const console = "<graphics type='vnc' passwd='hunter22'/>";
  const database = { interfaces: [{ options: { remote_ip: '192.0.2.1', psk: 'Tr0ub4dor' } }] };
  const domain = domainOf(xmlOf({ devices: console }), undefined);
  expect(secretsOf([domain], database as unknown as Parameters<typeof secretsOf>[1])).toEqual([
    'hunter22',
    'Tr0ub4dor',
  ]);
  expect(JSON.stringify(guestInfo(domain, around))).not.toContain('hunter22');
});

it('tells from where it comes, if its move was not completed', () => {
  const domain = domainOf(xmlOf(), undefined);
  expect(guestInfo(domain, { ...around, movingFrom: 'hv1' })).toMatchObject({ moving_from: 'hv1' });
  expect(guestInfo(domain, around)).not.toHaveProperty('moving_from');
});
