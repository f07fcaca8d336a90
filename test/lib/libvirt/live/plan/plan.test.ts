import { describe, expect, it } from 'vitest';
import { planLive } from '../../../../../modules/lib/libvirt/live/plan/plan.ts';
import { parseXml } from '../../../../../modules/lib/xml/parse.ts';

/** A place on a PCI bus. */
const on = (bus: number) =>
  `<address type='pci' domain='0x0000' bus='0x0${bus}' slot='0x00' function='0x0'/>`;

const nic = (mac: string, more = "<source bridge='br0'/>", bus = 1) =>
  `<interface type='bridge'><mac address='${mac}'/>${more}<model type='virtio'/>${on(bus)}</interface>`;
const disk = (target: string, bus = 'virtio', more = "<source file='/a'/>", device = 'disk', place = on(2)) =>
  `<disk type='file' device='${device}'><driver name='qemu' type='raw'/>${more}<target dev='${target}' bus='${bus}'/>${place}</disk>`;
const drive = "<address type='drive' controller='0' bus='0' target='0' unit='1'/>";
const ports = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => `<controller type='pci' index='${i}' model='pcie-root-port'/>`,
  ).join('');

const A = '52:54:00:00:00:0a';
const B = '52:54:00:00:00:0b';
const OVS = "<virtualport type='openvswitch'/><source bridge='br0'/>";

interface Sides {
  readonly live?: string;
  readonly persistent?: string;
}

/** A domain's two documents: what both have, and what each has for itself. */
function planFor(both: string, { live = '', persistent = '' }: Sides, domain: Sides = {}) {
  const memory = '<memory unit="KiB">524288</memory>';
  const xml = (settings: string, devices: string) =>
    parseXml(
      `<domain type='kvm'>${settings.includes('<memory') ? '' : memory}${settings}<devices>${ports(5)}${both}${devices}</devices></domain>`,
    );
  return planLive(xml(domain.live ?? '', live), xml(domain.persistent ?? '', persistent));
}

const titles = (plan: ReturnType<typeof planFor>) => plan.changes.map(({ title }) => title);

type Row = [what: string, live: string, persistent: string, titles: string[], pending: string[]];

const later = (what: string) => `${what} can't be changed while the guest runs`;

describe('devices', () => {
  const rows: Row[] = [
    ['a NIC that is new', '', nic(A), [`attach interface ${A}`], []],
    ['a NIC that is gone', nic(A), '', [`detach interface ${A}`], []],
    [
      'a NIC in place of another, at its address',
      nic(A),
      nic(B),
      [`detach interface ${A}`, `attach interface ${B}`],
      [],
    ],
    [
      'a NIC of another model',
      nic(A),
      nic(A).replace('virtio', 'e1000'),
      [],
      [later(`interface ${A}: model type virtio → e1000`)],
    ],
    [
      'the VLAN of a NIC',
      nic(A, `${OVS}<vlan><tag id='5'/></vlan>`),
      nic(A, `${OVS}<vlan><tag id='6'/></vlan>`),
      [`update interface ${A}: vlan`],
      [],
    ],
    [
      'a VLAN less',
      nic(A, `${OVS}<vlan><tag id='5'/></vlan>`),
      nic(A, OVS),
      [`update interface ${A}: vlan`],
      [],
    ],
    [
      'a NIC on another bridge, and slower',
      nic(A),
      nic(A, "<source bridge='br1'/><bandwidth><inbound average='1'/></bandwidth>"),
      [`update interface ${A}: source`, `update interface ${A}: bandwidth`],
      [],
    ],
    [
      'an Open vSwitch port on another bridge',
      nic(A, OVS),
      nic(A, OVS.replace('br0', 'br1')),
      [`update interface ${A}: source`],
      [],
    ],
    [
      'a NIC whose link and model change',
      nic(A),
      nic(A, "<source bridge='br0'/><link state='down'/>").replace('virtio', 'e1000'),
      [`update interface ${A}: link`],
      [later(`interface ${A}: model type virtio → e1000`)],
    ],
    [
      'the name that libvirt gave a NIC',
      nic(A, "<source bridge='br0'/><target dev='vnet0'/><alias name='net0'/>"),
      nic(A),
      [],
      [],
    ],
    ['a virtio disk that is new', '', disk('vdb'), ['attach disk vdb'], []],
    [
      'a SATA disk that is new',
      '',
      disk('sdb', 'sata', undefined, 'disk', drive),
      [],
      ["disk sdb can't be added while the guest runs"],
    ],
    [
      'a SATA disk that is gone',
      disk('sdb', 'sata', undefined, 'disk', drive),
      '',
      [],
      ["disk sdb can't be removed while the guest runs"],
    ],
    [
      'a disk of another file',
      disk('vdb'),
      disk('vdb', 'virtio', "<source file='/b'/>"),
      [],
      [later('disk vdb: source file /a → /b')],
    ],
    [
      'another medium',
      disk('sda', 'sata', undefined, 'cdrom', drive),
      disk('sda', 'sata', "<source file='/b'/>", 'cdrom', drive),
      ['update disk sda: source'],
      [],
    ],
    [
      'no medium',
      disk('sda', 'sata', undefined, 'cdrom', drive),
      disk('sda', 'sata', '', 'cdrom', drive),
      ['update disk sda: source'],
      [],
    ],
    [
      'what a drive keeps of a medium',
      disk('sda', 'sata', "<source index='4'/>", 'cdrom', drive),
      disk('sda', 'sata', '', 'cdrom', drive),
      [],
      [],
    ],
    [
      'limits of a disk',
      disk('vdb'),
      disk('vdb', 'virtio', "<source file='/a'/><iotune><read_iops_sec>9</read_iops_sec></iotune>"),
      ['update disk vdb: iotune'],
      [],
    ],
    [
      'another place',
      disk('vdb'),
      disk('vdb', 'virtio', undefined, 'disk', on(3)),
      [],
      [later('disk vdb: address bus 0x02 → 0x03')],
    ],
    [
      'a bus that the guest does not have',
      '',
      disk('vdb', 'virtio', undefined, 'disk', on(9)),
      [],
      [
        "disk vdb can't be added while the guest runs: its definition puts it on PCI bus 9, which the running guest does not have ('hotplug_slots' keeps some free)",
      ],
    ],
    [
      'a place that is taken',
      disk('vdb'),
      disk('vdb') + nic(A, undefined, 2),
      [],
      [
        `interface ${A} can't be added while the guest runs: another disk of the running guest has the address of its definition`,
      ],
    ],
    [
      'a SCSI disk and its controller',
      '',
      `${disk('sdb', 'scsi', undefined, 'disk', drive)}<controller type='scsi' index='0' model='virtio-scsi'>${on(3)}</controller>`,
      ['attach controller scsi 0', 'attach disk sdb'],
      [],
    ],
    [
      'a SCSI disk without a controller',
      '',
      disk('sdb', 'scsi', undefined, 'disk', drive),
      [],
      [
        "disk sdb can't be added while the guest runs: its definition puts it on the scsi controller 0, which the running guest does not have",
      ],
    ],
    [
      'controllers that nothing is on',
      "<controller type='pci' index='8'/>",
      "<controller type='pci' index='9'/><controller type='scsi' index='0'/><controller type='sata' index='1'/>",
      [],
      [],
    ],
    [
      'another video card',
      "<video><model type='vga'/></video>",
      "<video><model type='virtio'/></video>",
      [],
      [later('video vga: model type vga → virtio').replace('video vga', 'video virtio')],
    ],
    ['a sound card', '', "<sound model='ac97'/>", [], ["sound ac97 can't be added while the guest runs"]],
    [
      'a TPM',
      "<tpm model='tpm-crb'><backend type='emulator'/></tpm>",
      '',
      [],
      ["tpm tpm-crb can't be removed while the guest runs"],
    ],
    [
      'a graphics password',
      "<graphics type='vnc' passwd='a' port='5900' autoport='yes'/>",
      "<graphics type='vnc' passwd='b' port='-1' autoport='yes'/>",
      ['update graphics vnc: passwd'],
      [],
    ],
    [
      'a graphics password where there was none',
      "<graphics type='vnc' port='5900'/>",
      "<graphics type='vnc' passwd='b' port='5900'/>",
      [],
      [later('graphics vnc: passwd')],
    ],
    [
      'a graphics password no more',
      "<graphics type='vnc' passwd='a' port='5900'/>",
      "<graphics type='vnc' port='5900'/>",
      [],
      [later('graphics vnc: passwd')],
    ],
    [
      'an rng in front of another',
      `<rng model='virtio'><backend model='random'>/dev/random</backend>${on(1)}</rng>`,
      `<rng model='virtio'><backend model='random'>/dev/urandom</backend>${on(2)}</rng><rng model='virtio'><backend model='random'>/dev/random</backend>${on(1)}</rng>`,
      ['attach rng virtio'],
      [],
    ],
    [
      'a channel',
      '',
      "<channel type='unix'><target type='virtio' name='org.x'/></channel>",
      ['attach channel org.x'],
      [],
    ],
    [
      "the balloon's reports",
      "<memballoon model='virtio'/>",
      "<memballoon model='virtio'><stats period='5'/></memballoon>",
      ['update memballoon virtio: stats'],
      [],
    ],
  ];
  it.each(rows)('%s', (_, live, persistent, desired, pending) => {
    const plan = planFor('', { live, persistent });
    expect(titles(plan)).toEqual(desired);
    expect(plan.pending).toEqual(pending);
  });

  it('go before others come to their place', () => {
    const plan = planFor('', { live: disk('vdb'), persistent: nic(A, undefined, 2) });
    expect(titles(plan)).toEqual(['detach disk vdb', `attach interface ${A}`]);
  });

  it('show no password', () => {
    const graphics = (passwd: string) => `<graphics type='vnc' passwd='${passwd}'/>`;
    const { changes } = planFor('', { live: graphics('one'), persistent: graphics('two') });
    const [{ before, after } = { before: '', after: '' }] = changes;
    expect(`${before}${after}`).not.toMatch(/one|two/);
    expect(before).not.toBe(after);
  });

  it('are limited by calls that clear what is no longer defined', () => {
    const limits = (xml: string) => disk('vdb', 'virtio', `<source file='/a'/><iotune>${xml}</iotune>`);
    const live = limits(
      '<total_bytes_sec>5</total_bytes_sec><read_iops_sec>9</read_iops_sec><group_name>g</group_name>',
    );
    const { changes } = planFor('', { live, persistent: limits('<read_iops_sec>7</read_iops_sec>') });
    expect(changes[0]?.step).toMatchObject({
      command: 'blkdeviotune',
      flags: ['--device', 'vdb', '--read-iops-sec', '7', '--total-bytes-sec', '0'],
    });
  });
});

describe('the domain', () => {
  const rows: Row[] = [
    [
      'processors within the most',
      "<vcpu current='1'>4</vcpu>",
      "<vcpu current='3'>4</vcpu>",
      ['set vCPUs to 3'],
      [],
    ],
    ['all processors', "<vcpu current='1'>4</vcpu>", '<vcpu>4</vcpu>', ['set vCPUs to 4'], []],
    ['more than the most', '<vcpu>4</vcpu>', '<vcpu>8</vcpu>', [], [later('vcpu 4 → 8')]],
    [
      'a balloon',
      '<memory>524288</memory><currentMemory>524288</currentMemory>',
      '<memory>524288</memory><currentMemory>262144</currentMemory>',
      ['set current memory to 262144 KiB'],
      [],
    ],
    [
      'memory',
      '<memory>524288</memory>',
      '<memory>1048576</memory>',
      [],
      [later('memory: 524288 KiB → 1048576 KiB')],
    ],
    [
      'memory that was rounded up',
      '<memory>65536</memory><currentMemory>65536</currentMemory>',
      '<memory>65001</memory><currentMemory>65001</currentMemory>',
      [],
      [],
    ],
    ['a title', '<title>a</title>', '<title>b</title>', ['set title'], []],
    ['a title less', '<title>a</title>', '', ['set title'], []],
    [
      'what comes after a crash',
      '<on_crash>destroy</on_crash>',
      '<on_crash>restart</on_crash>',
      ['set on_crash'],
      [],
    ],
    [
      "the host's model, expanded",
      "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>EPYC</model><feature policy='require' name='x'/></cpu>",
      "<cpu mode='host-model' check='partial'/>",
      [],
      [],
    ],
    [
      'another processor',
      "<cpu mode='custom'><model>EPYC</model></cpu>",
      "<cpu mode='custom'><model>Nehalem</model></cpu>",
      [],
      [later('cpu model EPYC → Nehalem')],
    ],
    [
      'a feature that was dropped',
      "<cpu mode='custom'><model>EPYC</model><feature policy='require' name='x'/></cpu>",
      "<cpu mode='custom'><model>EPYC</model><feature policy='disable' name='x'/></cpu>",
      [],
      [later('cpu feature policy require → disable')],
    ],
    [
      'a firmware that was found',
      '<os><loader>/code</loader><nvram>/vars</nvram></os>',
      "<os firmware='efi'/>",
      [],
      [],
    ],
    ['a firmware that is new', '<os/>', "<os firmware='efi'/>", [], [later('os firmware none → efi')]],
    [
      'a firmware that is gone',
      '<os><loader>/code</loader></os>',
      '<os/>',
      [],
      [later('os loader /code → none')],
    ],
    [
      'the machine',
      "<os><type machine='pc-q35-7.2'>hvm</type></os>",
      "<os><type machine='pc-q35-9.0'>hvm</type></os>",
      [],
      [later('os type machine pc-q35-7.2 → pc-q35-9.0')],
    ],
    [
      "others' metadata, labels and places",
      "<metadata><a/></metadata><resource><partition>/x</partition></resource><seclabel type='dynamic'><label>y</label></seclabel>",
      '<metadata><b/></metadata>',
      [],
      [],
    ],
  ];
  it.each(rows)('%s', (_, live, persistent, desired, pending) => {
    const plan = planFor('', {}, { live, persistent });
    expect(titles(plan)).toEqual(desired);
    expect(plan.pending).toEqual(pending);
  });

  it('has memory modules in its memory, which come and go by themselves', () => {
    const module = `<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>`;
    const plan = planFor(
      '',
      { persistent: module },
      {
        live: '<memory>524288</memory><currentMemory>524288</currentMemory>',
        persistent: '<memory>655360</memory><currentMemory>655360</currentMemory>',
      },
    );
    expect(titles(plan)).toEqual(['attach memory dimm']);
    expect(plan.pending).toEqual([]);
  });

  it('leaves a balloon that is not there alone', () => {
    const both = "<memballoon model='none'/>";
    const plan = planFor(
      both,
      {},
      {
        live: '<memory>9000000</memory>',
        persistent: '<memory>9000000</memory><currentMemory>5000000</currentMemory>',
      },
    );
    expect(plan).toEqual({ changes: [], pending: [] });
  });
});
