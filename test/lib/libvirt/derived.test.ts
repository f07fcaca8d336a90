import { describe, expect, it } from 'vitest';
import { DERIVED, deriveDomain } from '../../../modules/lib/libvirt/derived.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const chardev = (name: string): [string, string, string] => [
  `<${name} type='tcp'><source mode='bind' host='h' service='1'/><protocol type='raw'/><target port='0'/></${name}>`,
  `<${name} type='pty'/>`,
  `<${name} type='tcp'><target port='0'/></${name}>`,
];

// For each row of the table, by path and the value that changes: what is there, what is desired, what is left of the
// former. What of it libvirt refuses or misreads when it stays was tried with libvirt 9.0.
const ROWS: Record<string, [string, string, string]> = {
  'domain vcpu': [
    "<domain><vcpu>2</vcpu><vcpus><vcpu id='0'/><vcpu id='1'/></vcpus></domain>",
    '<domain><vcpu>4</vcpu></domain>',
    '<domain><vcpu>2</vcpu></domain>',
  ],
  'domain/vcpu .': [
    "<vcpu placement='static' current='1'>2</vcpu>",
    '<vcpu>4</vcpu>',
    "<vcpu placement='static'>2</vcpu>",
  ],
  'domain/os @firmware': [
    "<os><type>hvm</type><loader type='pflash'>/a</loader><nvram>/b</nvram></os>",
    "<os firmware='efi'/>",
    '<os><type>hvm</type></os>',
  ],
  'domain/os firmware/feature/@enabled': [
    "<os firmware='efi'><firmware><feature enabled='yes' name='secure-boot'/></firmware><loader>/a</loader><nvram>/b</nvram></os>",
    "<os><firmware><feature enabled='no' name='secure-boot'/></firmware></os>",
    "<os firmware='efi'/>",
  ],
  'domain/cpu @mode': [
    "<cpu mode='custom' match='exact' check='none'><model>qemu64</model><feature name='x'/></cpu>",
    "<cpu mode='host-passthrough'/>",
    "<cpu mode='custom'><feature name='x'/></cpu>",
  ],
  'domain/clock @offset': [
    "<clock offset='variable' adjustment='3' basis='utc'><timer name='rtc'/></clock>",
    "<clock offset='utc'/>",
    "<clock offset='variable'><timer name='rtc'/></clock>",
  ],
  'domain/devices/disk target/@bus': [
    "<disk><target dev='sda' bus='scsi'/><address unit='1'/></disk>",
    "<disk><target dev='sda' bus='sata'/></disk>",
    "<disk><target dev='sda' bus='scsi'/></disk>",
  ],
  'domain/devices/disk @type': [
    "<disk type='file'><source file='/a'/><target dev='a'/></disk>",
    "<disk type='block'><source dev='/dev/b'/></disk>",
    "<disk type='file'><target dev='a'/></disk>",
  ],
  'domain/devices/disk @device': [
    "<disk device='cdrom'><target dev='a'/><readonly/></disk>",
    "<disk device='disk'/>",
    "<disk device='cdrom'><target dev='a'/></disk>",
  ],
  'domain/devices/interface model/@type': [
    "<interface><mac address='m'/><model type='e1000'/><address slot='1'/></interface>",
    "<interface><model type='virtio'/></interface>",
    "<interface><mac address='m'/><model type='e1000'/></interface>",
  ],
  'domain/devices/interface @type': [
    "<interface type='bridge'><mac address='m'/><source bridge='b'/><target dev='t'/></interface>",
    "<interface type='network'><source network='n'/></interface>",
    "<interface type='bridge'><mac address='m'/></interface>",
  ],
  'domain/devices/controller @model': [
    "<controller type='scsi' index='0' model='lsilogic'><address slot='1'/></controller>",
    "<controller type='scsi' index='0' model='virtio-scsi'/>",
    "<controller type='scsi' index='0' model='lsilogic'/>",
  ],
  'domain/devices/filesystem @type': [
    "<filesystem type='mount'><source dir='/a'/><target dir='t'/></filesystem>",
    "<filesystem type='file'><source file='/b'/></filesystem>",
    "<filesystem type='mount'><target dir='t'/></filesystem>",
  ],
  'domain/devices/graphics @port': [
    "<graphics type='vnc' port='-1' autoport='yes'/>",
    "<graphics type='vnc' port='5901'/>",
    "<graphics type='vnc' port='-1'/>",
  ],
  'domain/devices/graphics @listen': [
    "<graphics type='vnc' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>",
    "<graphics type='vnc' listen='0.0.0.0'/>",
    "<graphics type='vnc' listen='127.0.0.1'/>",
  ],
  'domain/devices/graphics listen/@address': [
    "<graphics type='vnc' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>",
    "<graphics type='vnc'><listen type='address' address='0.0.0.0'/></graphics>",
    "<graphics type='vnc'><listen type='address' address='127.0.0.1'/></graphics>",
  ],
  'domain/devices/video model/@type': [
    "<video><model type='cirrus'/><address slot='2'/></video>",
    "<video><model type='virtio'/></video>",
    "<video><model type='cirrus'/></video>",
  ],
  'domain/devices/video/model @type': [
    "<model type='qxl' ram='1' vram='2' vgamem='3' heads='1' primary='yes'/>",
    "<model type='virtio'/>",
    "<model type='qxl' heads='1' primary='yes'/>",
  ],
  'domain/devices/input @bus': [
    "<input type='mouse' bus='usb'><address type='usb' port='1'/></input>",
    "<input type='mouse' bus='ps2'/>",
    "<input type='mouse' bus='usb'/>",
  ],
  'domain/devices/memballoon @model': [
    "<memballoon model='virtio' autodeflate='on'><stats period='5'/><address slot='3'/></memballoon>",
    "<memballoon model='none'/>",
    "<memballoon model='virtio'/>",
  ],
  'domain/devices/tpm @model': [
    "<tpm model='tpm-tis'><backend type='emulator'/><address type='isa'/></tpm>",
    "<tpm model='tpm-spapr'/>",
    "<tpm model='tpm-tis'><backend type='emulator'/></tpm>",
  ],
  'domain/devices/tpm/backend @type': [
    "<backend type='emulator' version='2.0'/>",
    "<backend type='passthrough'><device path='/dev/tpm0'/></backend>",
    "<backend type='emulator'/>",
  ],
  'domain/devices/rng @model': [
    "<rng model='virtio'><backend model='random'>/dev/random</backend><address slot='1'/></rng>",
    "<rng model='virtio-transitional'/>",
    "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>",
  ],
  'domain/devices/rng/backend @model': [
    "<backend model='egd' type='udp'><source mode='bind'/><protocol type='raw'/></backend>",
    "<backend model='random'>/dev/random</backend>",
    "<backend model='egd'/>",
  ],
  'domain/devices/serial @type': chardev('serial'),
  'domain/devices/parallel @type': chardev('parallel'),
  'domain/devices/console @type': chardev('console'),
  'domain/devices/channel @type': chardev('channel'),
  'domain/devices/redirdev @type': chardev('redirdev'),
};

const domain = (inner: string) => `<domain>${inner}</domain>`;
const devices = (inner: string) => domain(`<devices>${inner}</devices>`);

describe('derived values', () => {
  it('have a row here for each row of the table', () => {
    const all = Object.entries(DERIVED).flatMap(([path, rules]) =>
      rules.map(({ from }) => `${path} ${from}`),
    );
    expect(Object.keys(ROWS).sort()).toEqual(all.sort());
  });

  it.each(Object.entries(ROWS))('%s', (row, [current, desired, expected]) => {
    const [path = ''] = row.split(' ');
    const derived = deriveDomain(parseXml(current), parseXml(desired), path);
    expect(derived).toEqual(parseXml(expected));
    expect(deriveDomain(parseXml(current), parseXml(current), path)).toEqual(parseXml(current));
  });

  it('are removed as well when the value is no longer desired', () => {
    const os = (inner: string) => parseXml(`<os${inner}</os>`);
    const current = os(" firmware='efi'><type>hvm</type><loader>/a</loader><nvram>/b</nvram>");
    const applied = os(" firmware=''><type/>");
    expect(deriveDomain(current, os('><type>hvm</type>'), 'domain/os', applied)).toEqual(
      os(" firmware='efi'><type>hvm</type>"),
    );
  });

  const WHOLE: [string, string, string, string][] = [
    [
      'another machine: controllers and PCI addresses go, others stay',
      `<domain><os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk><target dev='hda'/><address type='drive' unit='0'/></disk><controller type='pci' index='0' model='pci-root'/><interface><address type='pci' slot='3'/></interface></devices></domain>`,
      "<domain><os><type machine='q35'>hvm</type></os></domain>",
      `<domain><os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator><disk><target dev='hda'/><address type='drive' unit='0'/></disk><interface/></devices></domain>`,
    ],
    [
      'another architecture: the emulator goes as well',
      `<domain><os><type arch='x86_64' machine='pc'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='pci' index='0'/></devices></domain>`,
      "<domain><os><type arch='aarch64'>hvm</type></os></domain>",
      `<domain><os><type arch='x86_64' machine='pc'>hvm</type></os><devices/></domain>`,
    ],
    [
      'the emulator of another architecture',
      devices("<emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='pci' index='0'/>"),
      devices('<emulator>/usr/bin/qemu-system-aarch64</emulator>'),
      devices('<emulator>/usr/bin/qemu-system-x86_64</emulator>'),
    ],
    [
      'another path of the same emulator moves nothing',
      devices("<emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='pci' index='0'/>"),
      devices('<emulator>/opt/qemu-system-x86_64</emulator>'),
      devices("<emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='pci' index='0'/>"),
    ],
    [
      'a balloon that was full follows the memory',
      domain('<memory>5</memory><currentMemory>5</currentMemory>'),
      domain('<memory>9</memory>'),
      domain('<memory>5</memory>'),
    ],
    [
      'a balloon that was set stays',
      domain('<memory>5</memory><currentMemory>4</currentMemory>'),
      domain('<memory>9</memory>'),
      domain('<memory>5</memory><currentMemory>4</currentMemory>'),
    ],
    [
      'an order of devices takes the place of the one of kinds that libvirt has chosen',
      domain("<os><type>hvm</type><boot dev='hd'/></os>"),
      devices("<disk><boot order='1'/></disk>"),
      domain('<os><type>hvm</type></os>'),
    ],
    [
      'without it, that one stays',
      domain("<os><type>hvm</type><boot dev='hd'/></os>"),
      devices('<disk/>'),
      domain("<os><type>hvm</type><boot dev='hd'/></os>"),
    ],
  ];
  it.each(WHOLE)('%s', (_, current, desired, expected) => {
    expect(deriveDomain(parseXml(current), parseXml(desired), 'domain')).toEqual(parseXml(expected));
  });

  const console = "<console type='pty'><target type='serial' port='0'/></console>";
  const port = "<serial type='pty'><target port='0'/></serial>";
  const PORTS: [string, string, string][] = [
    [
      'the console of the first serial port follows its type',
      "<serial type='file'><source path='/x'/></serial>",
      port,
    ],
    ['it stays with a port that stays', "<serial type='pty'/>", port + console],
    ['it stays where it is stated itself', `<serial type='tcp'/>${console}`, port + console],
  ];
  it.each(PORTS)('%s', (_, desired, expected) => {
    const list = (inner: string) => parseXml(`<devices>${inner}</devices>`);
    expect(deriveDomain(list(port + console), list(desired), 'domain/devices')).toEqual(list(expected));
  });
});
