import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { deniedBy } from '../../../modules/objects/domain/desired/denied.ts';
import { definedBy, desiredBy, optionsOf } from './given.ts';

type Row = [what: string, options: Record<string, unknown>, xml: string];

const same = (xml: string) => serialiseXml(parseXml(xml));
const domain = (inner: string) => same(`<domain><name>a</name>${inner}</domain>`);

describe('the XML of options of the machine', () => {
  const rows: Row[] = [
    ['nothing', {}, ''],
    ['title', { title: 'A & B' }, '<title>A &amp; B</title>'],
    ['description', { description: 'x\ny' }, '<description>x\ny</description>'],
    ['memory in KiB', { memory: 512024 }, "<memory unit='KiB'>512024</memory>"],
    ['memory with a unit', { memory: '1 GiB' }, "<memory unit='KiB'>1048576</memory>"],
    [
      'current_memory',
      { memory: '2G', current_memory: '1G' },
      "<memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory>",
    ],
    ['vcpus', { vcpus: 2 }, '<vcpu>2</vcpu>'],
    ['vcpus_max', { vcpus: 2, vcpus_max: 8 }, "<vcpu current='2'>8</vcpu>"],
    ['vcpus_max that is reached', { vcpus: 8, vcpus_max: 8 }, '<vcpu>8</vcpu>'],
    ['machine', { machine: 'pc' }, "<os><type machine='pc'>hvm</type></os>"],
    ['cpu_mode', { cpu_mode: 'host-model' }, "<cpu mode='host-model'/>"],
    ['cpu_model', { cpu_mode: 'custom', cpu_model: 'EPYC' }, "<cpu mode='custom'><model>EPYC</model></cpu>"],
    [
      'cpu_features',
      {
        cpu_mode: 'custom',
        cpu_model: 'EPYC',
        cpu_features: [{ name: 'aes' }, { name: 'sse4.1', policy: 'disable' }],
      },
      `<cpu mode='custom'><model>EPYC</model>
        <feature policy='require' name='aes'/><feature policy='disable' name='sse4.1'/></cpu>`,
    ],
    ['features', { features: ['acpi', 'pae'] }, '<features><acpi/><pae/></features>'],
    ['no features', { features: [] }, ''],
    ['firmware efi', { firmware: 'efi' }, "<os firmware='efi'/>"],
    ['firmware bios, which is the absence of another', { firmware: 'bios' }, ''],
    [
      'secure_boot',
      { firmware: 'efi', secure_boot: true },
      `<os firmware='efi'><firmware>
        <feature enabled='yes' name='enrolled-keys'/><feature enabled='yes' name='secure-boot'/>
      </firmware></os>`,
    ],
    [
      'no secure_boot',
      { firmware: 'efi', secure_boot: false },
      "<os firmware='efi'><firmware><feature enabled='no' name='secure-boot'/></firmware></os>",
    ],
    ['boot', { boot: ['cdrom', 'hd'] }, "<os><boot dev='cdrom'/><boot dev='hd'/></os>"],
    [
      'kernel, initrd and cmdline',
      { kernel: '/k', initrd: '/i', cmdline: 'root=/dev/vda console=ttyS0' },
      '<os><kernel>/k</kernel><initrd>/i</initrd><cmdline>root=/dev/vda console=ttyS0</cmdline></os>',
    ],
  ];
  it.each(rows)('%s', (_, options, xml) => {
    expect(desiredBy(options)).toBe(domain(xml));
  });

  it('virt_type auto, which depends on the host', () => {
    const type = (virt_type: string, kvm: boolean) => parseXml(desiredBy({ virt_type }, kvm)).attributes.type;
    expect([type('kvm', false), type('qemu', true), type('auto', true), type('auto', false)]).toEqual([
      'kvm',
      'qemu',
      'kvm',
      'qemu',
    ]);
  });
});

describe('the XML of a disk', () => {
  const DRIVER = "<driver name='qemu' type='qcow2'/>";
  const disk = (inner: string, type = 'file') => `<disk type='${type}' device='disk'>${inner}</disk>`;
  const file = (inner: string, driver = DRIVER) =>
    disk(`${driver}<source file='/x'/><target dev='vda' bus='virtio'/>${inner}`);
  const network = (source: string) =>
    disk(`<driver name='qemu' type='raw'/>${source}<target dev='vda' bus='virtio'/>`, 'network');
  const SCSI = "<controller type='scsi' index='0' model='virtio-scsi'/>";
  const uuid = '2a5b08e4-3dca-4ff9-9a1d-40389758d081';
  const rows: Row[] = [
    ['a file', { source: '/x' }, file('')],
    [
      'a block device',
      { source: '/dev/vg0/x' },
      disk(
        "<driver name='qemu' type='raw'/><source dev='/dev/vg0/x'/><target dev='vda' bus='virtio'/>",
        'block',
      ),
    ],
    [
      'a file under /dev',
      { source: '/dev/shm/x', type: 'file' },
      disk(`${DRIVER}<source file='/dev/shm/x'/><target dev='vda' bus='virtio'/>`),
    ],
    [
      'a CD',
      { source: '/x.iso', device: 'cdrom' },
      `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/x.iso'/>
        <target dev='sda' bus='scsi'/><readonly/></disk>${SCSI}`,
    ],
    [
      'an empty drive',
      { device: 'cdrom', bus: 'sata' },
      `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/></disk>`,
    ],
    [
      'a floppy disk',
      { device: 'floppy', source: '/f' },
      `<disk type='file' device='floppy'><driver name='qemu' type='raw'/><source file='/f'/><target dev='fda' bus='fdc'/></disk>`,
    ],
    ['format', { source: '/x', format: 'raw' }, file('', "<driver name='qemu' type='raw'/>")],
    [
      'bus and target',
      { source: '/x', bus: 'sata', target: 'sdc' },
      disk(`${DRIVER}<source file='/x'/><target dev='sdc' bus='sata'/>`),
    ],
    [
      'cache, io and discard',
      { source: '/x', cache: 'none', io: 'native', discard: 'unmap' },
      file('', "<driver name='qemu' type='qcow2' cache='none' io='native' discard='unmap'/>"),
    ],
    ['serial', { source: '/x', serial: 'S1' }, file('<serial>S1</serial>')],
    ['readonly', { source: '/x', readonly: true }, file('<readonly/>')],
    ['shareable', { source: '/x', shareable: true }, file('<shareable/>')],
    ['boot_order', { source: '/x', boot_order: 2 }, file("<boot order='2'/>")],
    [
      'iotune',
      { source: '/x', iotune: { total_bytes_sec: 1000, read_iops_sec: 5, read_iops_sec_max: 9 } },
      file(
        `<iotune><total_bytes_sec>1000</total_bytes_sec><read_iops_sec>5</read_iops_sec>
        <read_iops_sec_max>9</read_iops_sec_max></iotune>`,
      ),
    ],
    [
      'rbd',
      {
        protocol: 'rbd',
        source: 'pool/x',
        hosts: [{ name: 'c1', port: 6789 }, { name: 'c2' }],
        auth: { username: 'u', secret_uuid: uuid },
      },
      network(
        `<source protocol='rbd' name='pool/x'><host name='c1' port='6789'/><host name='c2'/>
        <auth username='u'><secret type='ceph' uuid='${uuid}'/></auth></source>`,
      ),
    ],
    [
      'iscsi',
      {
        protocol: 'iscsi',
        source: 'iqn.2013-07.com.example:x/2',
        hosts: [{ name: 'c1' }],
        auth: { username: 'u', secret_uuid: uuid },
      },
      network(
        `<source protocol='iscsi' name='iqn.2013-07.com.example:x/2'><host name='c1'/>
        <auth username='u'><secret type='iscsi' uuid='${uuid}'/></auth></source>`,
      ),
    ],
    [
      'nbd without a name',
      { protocol: 'nbd', hosts: [{ name: 'c1', port: 10809 }] },
      network("<source protocol='nbd'><host name='c1' port='10809'/></source>"),
    ],
    [
      'http',
      { protocol: 'https', source: 'x.img', hosts: [{ name: 'c1' }] },
      network("<source protocol='https' name='x.img'><host name='c1'/></source>"),
    ],
  ];
  it.each(rows)('%s', (_, one, xml) => {
    expect(desiredBy({ disks: [one] })).toBe(domain(`<devices>${xml}</devices>`));
  });
});

describe('the XML of an interface', () => {
  const nic = (inner: string, type = 'bridge') => `<interface type='${type}'>${inner}</interface>`;
  const OVS = "<virtualport type='openvswitch'/>";
  const MODEL = "<model type='virtio'/>";
  const ovs = (before: string, after = '') =>
    nic(`<source bridge='b'/>${before}${OVS}${after.includes('<model') ? after : `${MODEL}${after}`}`);
  const rows: Row[] = [
    ['ovs', {}, ovs('')],
    ['bridge', { type: 'bridge' }, nic(`<source bridge='b'/>${MODEL}`)],
    ['network', { type: 'network' }, nic(`<source network='b'/>${MODEL}`, 'network')],
    ['macvtap', { type: 'macvtap' }, nic(`<source dev='b' mode='bridge'/>${MODEL}`, 'direct')],
    [
      'macvtap and its mode',
      { type: 'macvtap', mode: 'private' },
      nic(`<source dev='b' mode='private'/>${MODEL}`, 'direct'),
    ],
    [
      'mac and target',
      { mac: '52:54:00:00:00:01', target: 't' },
      nic(`<mac address='52:54:00:00:00:01'/><source bridge='b'/>${OVS}<target dev='t'/>${MODEL}`),
    ],
    [
      'default_mac, which is for new interfaces',
      { default_mac: '52:54:00:00:00:01', target: 't' },
      ovs('', `<target dev='t'/>${MODEL}`),
    ],
    ['model', { model: 'e1000e' }, ovs('', "<model type='e1000e'/>")],
    ['one VLAN', { vlans: [25] }, ovs("<vlan><tag id='25'/></vlan>")],
    ['a trunk', { vlans: [25, 26] }, ovs("<vlan trunk='yes'><tag id='25'/><tag id='26'/></vlan>")],
    [
      'a native VLAN of the trunk',
      { vlans: [25, 26], native_vlan: 26 },
      ovs("<vlan trunk='yes'><tag id='25'/><tag id='26' nativeMode='untagged'/></vlan>"),
    ],
    [
      'a native VLAN beside it',
      { vlans: [25], native_vlan: 1 },
      ovs("<vlan trunk='yes'><tag id='1' nativeMode='untagged'/><tag id='25'/></vlan>"),
    ],
    ['no VLAN', { vlans: [] }, ovs('')],
    [
      'bandwidth',
      { bandwidth: { inbound: { average: 1000, peak: 2000, burst: 512 }, outbound: { average: 500 } } },
      nic(
        `<source bridge='b'/>${OVS}<bandwidth><inbound average='1000' peak='2000' burst='512'/>
        <outbound average='500'/></bandwidth>${MODEL}`,
      ),
    ],
    ['queues', { queues: 4 }, ovs('', `${MODEL}<driver queues='4'/>`)],
    [
      'checksum_offload',
      { checksum_offload: false },
      ovs(
        '',
        `${MODEL}<driver><host csum='off' gso='off' tso4='off' tso6='off' ecn='off' ufo='off'/></driver>`,
      ),
    ],
    [
      'filter',
      { type: 'bridge', filter: 'clean-traffic' },
      nic(`<source bridge='b'/>${MODEL}<filterref filter='clean-traffic'/>`),
    ],
    ['link', { link: 'down' }, ovs('', `${MODEL}<link state='down'/>`)],
    ['mtu', { mtu: 1400 }, ovs('', `${MODEL}<mtu size='1400'/>`)],
    ['boot_order', { boot_order: 1 }, ovs('', `${MODEL}<boot order='1'/>`)],
  ];
  it.each(rows)('%s', (_, one, xml) => {
    expect(desiredBy({ interfaces: [{ source: 'b', ...one }] })).toBe(domain(`<devices>${xml}</devices>`));
  });
});

describe('the XML of the other devices', () => {
  const rows: Row[] = [
    ['SPICE', { graphics: [{ type: 'spice' }] }, "<graphics type='spice' autoport='yes'/>"],
    ['graphics', { graphics: [{}] }, "<graphics type='vnc' port='-1' autoport='yes'/>"],
    [
      'graphics at an address, with a password',
      { graphics: [{ type: 'spice', listen: '0.0.0.0', port: 5901, password: 'geheim' }] },
      `<graphics type='spice' port='5901' autoport='no' listen='0.0.0.0' passwd='geheim'>
        <listen type='address' address='0.0.0.0'/></graphics>`,
    ],
    ['video', { video: 'vga' }, "<video><model type='vga'/></video>"],
    [
      'console',
      { console: true },
      `<serial type='pty'><target port='0'/></serial>
       <console type='pty'><target type='serial' port='0'/></console>`,
    ],
    [
      'guest_agent',
      { guest_agent: true },
      "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
    ],
    ['rng', { rng: true }, "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"],
    [
      'rng_source',
      { rng_source: '/dev/hwrng' },
      "<rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>",
    ],
    ['tpm', { tpm: {} }, "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"],
    [
      'an older tpm',
      { tpm: { model: 'tpm-tis', version: '1.2' } },
      "<tpm model='tpm-tis'><backend type='emulator' version='1.2'/></tpm>",
    ],
  ];
  it.each(rows)('%s', (_, options, xml) => {
    expect(desiredBy(options)).toBe(domain(`<devices>${xml}</devices>`));
  });

  it('is empty for devices that are off', () => {
    expect(desiredBy({ console: false, guest_agent: false, rng: false, graphics: [] })).toBe(domain(''));
  });
});

describe('extra_xml', () => {
  const extra = (inner: string) => `<domain>${inner}</domain>`;
  const rows: Row[] = [
    [
      'adds what has no option',
      { vcpus: 2, extra_xml: extra('<memoryBacking><hugepages/></memoryBacking>') },
      '<vcpu>2</vcpu><memoryBacking><hugepages/></memoryBacking>',
    ],
    [
      'wins over an option',
      { vcpus: 2, extra_xml: extra("<vcpu cpuset='0-1'>4</vcpu>") },
      "<vcpu cpuset='0-1'>4</vcpu>",
    ],
    [
      'changes the disk with the same target',
      {
        disks: [{ source: '/x' }],
        extra_xml: extra(
          "<devices><disk><target dev='vda'/><blockio physical_block_size='4096'/></disk></devices>",
        ),
      },
      `<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/x'/>
        <target dev='vda' bus='virtio'/><blockio physical_block_size='4096'/></disk></devices>`,
    ],
    [
      'adds a device with another key',
      {
        interfaces: [{ source: 'b', target: 't', type: 'bridge' }],
        extra_xml: extra("<devices><interface type='bridge'><source bridge='c'/></interface></devices>"),
      },
      `<devices><interface type='bridge'><source bridge='b'/><target dev='t'/><model type='virtio'/></interface>
        <interface type='bridge'><source bridge='c'/></interface></devices>`,
    ],
  ];
  it.each(rows)('%s', (_, options, xml) => {
    expect(desiredBy(options)).toBe(domain(xml));
  });
});

describe('a new domain', () => {
  const LOG = "<log file='/var/log/libvirt/qemu/a.console' append='off'/>";
  const DEVICES = `<serial type='pty'>${LOG}<target port='0'/></serial>
    <console type='pty'>${LOG}<target type='serial' port='0'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`;
  const whole = (type: string, inner: string) =>
    same(`<domain type='${type}'><name>a</name>${inner}</domain>`);

  it('has the defaults of a current guest', () => {
    expect(definedBy({ memory: 1024 }, true)).toBe(
      whole(
        'kvm',
        `<memory unit='KiB'>1024</memory><vcpu>1</vcpu><os><type machine='q35'>hvm</type></os>
         <features><acpi/><apic/></features><cpu mode='host-passthrough'/>
         <devices>${DEVICES}<controller type='pci' index='12' model='pcie-root-port'/></devices>`,
      ),
    );
  });

  it('has no default that an option denies', () => {
    const less = { console: false, guest_agent: false, rng: false, features: [], hotplug_slots: 0 };
    expect(definedBy({ memory: 1024, ...less })).toBe(
      whole('qemu', "<memory unit='KiB'>1024</memory><vcpu>1</vcpu><os><type machine='q35'>hvm</type></os>"),
    );
  });

  it('has free ports only on a q35 whose XML defines none', () => {
    expect(definedBy({ memory: 1024, machine: 'pc' })).not.toContain('pcie-root-port');
    const own = "<domain><devices><controller type='pci' index='0' model='pcie-root'/></devices></domain>";
    expect(definedBy({ memory: 1024, extra_xml: own })).not.toContain('pcie-root-port');
  });

  it('has no IDE on a q35', () => {
    const disks = [{ source: '/x', bus: 'ide' }];
    expect(() => definedBy({ memory: 1, disks })).toThrow("option 'disks[0].bus': a q35 has no IDE");
    expect(desiredBy({ disks })).toContain('bus="ide"');
  });
});

describe('deniedBy', () => {
  const denied = (given: Record<string, unknown>) => serialiseXml(deniedBy(optionsOf(given)));
  const rows: Row[] = [
    ['nothing', { console: true, guest_agent: true, rng: true, firmware: 'efi' }, ''],
    [
      'console',
      { console: false },
      `<devices><serial type='pty'><target port='0'/></serial>
       <console type='pty'><target type='serial' port='0'/></console></devices>`,
    ],
    [
      'guest_agent',
      { guest_agent: false },
      "<devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices>",
    ],
    [
      'rng',
      { rng: false },
      "<devices><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng></devices>",
    ],
    ['features', { features: ['acpi'] }, '<features><apic/><pae/></features>'],
    ['firmware', { firmware: 'bios' }, "<os firmware='efi'><firmware/><loader/><nvram/></os>"],
  ];
  it.each(rows)('%s', (_, options, xml) => {
    expect(denied(options)).toBe(same(`<domain>${xml}</domain>`));
  });
});
