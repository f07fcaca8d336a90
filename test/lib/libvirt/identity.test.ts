import { describe, expect, it } from 'vitest';
import { DOMAIN_IDENTITY } from '../../../modules/lib/libvirt/identity.ts';
import type { Element } from '../../../modules/lib/xml/element.ts';
import { pairItems, pairVersions } from '../../../modules/lib/xml/pair.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const items = (xml: string): readonly Element[] => parseXml(`<list>${xml}</list>`).children;

// By the path of the list: the current items, the desired items, and for each of these the index of the current item
// that it matches (- for none).
const ROWS: Record<string, [string, string, string][]> = {
  'domain/devices/disk': [
    [
      "<disk><target dev='vda'/></disk><disk><target dev='vdb'/></disk>",
      "<disk><target dev='vdb'/></disk>",
      '1',
    ],
    [
      "<disk><alias name='ua-a'/><target dev='vda'/></disk>",
      "<disk><alias name='ua-a'/><target dev='sda'/></disk>",
      '0',
    ],
    [
      "<disk><source file='/a'/><target dev='vda'/></disk>",
      "<disk><source file='/a'/><target dev='sda'/></disk>",
      '0',
    ],
    [
      "<disk><source file='/a'/><target dev='vda'/></disk>",
      "<disk><source file='/b'/><target dev='vdb'/></disk>",
      '-',
    ],
  ],
  'domain/devices/interface': [
    [
      "<interface><mac address='52:54:00:AA:00:01'/></interface>",
      "<interface><mac address='52:54:00:aa:00:01'/></interface>",
      '0',
    ],
    [
      "<interface><mac address='m1'/><target dev='t'/></interface>",
      "<interface><mac address='m2'/><target dev='t'/></interface>",
      '-',
    ],
    [
      "<interface type='user'><mac address='m'/><alias name='ua-team'/></interface><interface type='hostdev'><mac address='m'/></interface>",
      "<interface type='hostdev'><mac address='m'/></interface>",
      '1',
    ],
    [
      "<interface><mac address='m'/><acpi index='1'/></interface><interface><mac address='m'/><acpi index='2'/></interface>",
      "<interface><mac address='m'/><acpi index='2'/></interface><interface><mac address='m'/><acpi index='3'/></interface>",
      '1 0',
    ],
    [
      "<interface><target dev='t'/></interface><interface><target dev='t'/></interface>",
      "<interface><target dev='t'/></interface><interface><target dev='t'/></interface>",
      '0 1',
    ],
    [
      "<interface><source bridge='a'/></interface><interface><source bridge='b'/></interface>",
      "<interface><source bridge='b'/></interface>",
      '1',
    ],
    [
      "<interface type='bridge'><source bridge='a'/></interface>",
      "<interface type='bridge'><source bridge='b'/></interface>",
      '0',
    ],
  ],
  'domain/devices/controller': [
    [
      "<controller type='pci' index='0' model='x'/><controller type='pci' index='1' model='y'/>",
      "<controller type='pci' index='1' model='y'/>",
      '1',
    ],
    ["<controller type='scsi' index='0' model='a'/>", "<controller type='scsi' index='0' model='b'/>", '0'],
    [
      "<controller type='usb' index='0' model='ehci'/><controller type='usb' index='0' model='uhci'/>",
      "<controller type='usb' index='0' model='uhci'/>",
      '1',
    ],
  ],
  'domain/devices/filesystem': [
    [
      "<filesystem><target dir='a'/></filesystem><filesystem><target dir='b'/></filesystem>",
      "<filesystem><target dir='b'/></filesystem><filesystem><target dir='c'/></filesystem>",
      '1 -',
    ],
  ],
  'domain/devices/serial': [
    [
      "<serial><target port='0'/></serial><serial><target port='1'/></serial>",
      "<serial><target port='1'/></serial>",
      '1',
    ],
    ["<serial><target port='0'/></serial>", '<serial/>', '0'],
  ],
  'domain/devices/parallel': [["<parallel><target port='0'/></parallel>", '<parallel/><parallel/>', '0 -']],
  'domain/devices/console': [
    [
      "<console><target type='serial' port='0'/></console><console><target type='virtio' port='1'/></console>",
      "<console><target type='virtio'/></console>",
      '1',
    ],
    ["<console><target type='serial' port='0'/></console>", '<console/>', '0'],
  ],
  'domain/devices/channel': [
    [
      "<channel><target type='virtio' name='a'/></channel><channel><target type='virtio' name='b'/></channel>",
      "<channel><target type='virtio' name='b'/></channel>",
      '1',
    ],
    [
      "<channel><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>",
      "<channel><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>",
      '0',
    ],
  ],
  'domain/devices/graphics': [
    ["<graphics type='vnc'/><graphics type='spice'/>", "<graphics type='spice'/>", '1'],
  ],
  'domain/devices/audio': [["<audio id='1'/><audio id='2'/>", "<audio id='2'/>", '1']],
  'domain/devices/input': [
    ["<input type='mouse' bus='ps2'/>", "<input type='mouse'/>", '0'],
    [
      "<input type='mouse' bus='ps2'/><input type='tablet' bus='usb'/>",
      "<input type='tablet' bus='usb'/>",
      '1',
    ],
    ["<input type='mouse' bus='ps2'/>", "<input type='mouse' bus='usb'/>", '-'],
  ],
  'domain/devices/video': [
    [
      "<video><model type='qxl' primary='yes'/></video><video><model type='qxl'/></video>",
      "<video><model type='qxl'/></video><video><model type='qxl' primary='yes'/></video>",
      '1 0',
    ],
    ['<video><model type="vga"/></video>', '<video><model type="qxl"/></video>', '0'],
  ],
  'domain/devices/sound': [["<sound model='a'/><sound model='b'/>", "<sound model='b'/>", '1']],
  'domain/devices/hostdev': [
    [
      "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev><hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='3'/></source></hostdev>",
      "<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='3'/></source></hostdev>",
      '1',
    ],
    [
      "<hostdev mode='subsystem' type='mdev'><source><address uuid='a'/></source></hostdev>",
      "<hostdev mode='subsystem' type='mdev'><source><address uuid='a'/></source></hostdev>",
      '0',
    ],
  ],
  'domain/devices/redirdev': [
    [
      "<redirdev bus='usb' type='tcp'/><redirdev bus='usb' type='spicevmc'/>",
      "<redirdev bus='usb' type='spicevmc'/>",
      '1',
    ],
  ],
  'domain/devices/smartcard': [
    ["<smartcard mode='host'/>", "<smartcard mode='passthrough' type='tcp'/>", '-'],
  ],
  'domain/devices/hub': [["<hub type='usb'/>", "<hub type='usb'/><hub type='usb'/>", '0 -']],
  'domain/devices/rng': [["<rng model='virtio'/>", "<rng model='virtio'/>", '0']],
  'domain/devices/tpm': [["<tpm model='tpm-tis'/>", "<tpm model='tpm-crb'/>", '0']],
  'domain/devices/watchdog': [
    ["<watchdog model='itco'/><watchdog model='ib700'/>", "<watchdog model='ib700'/>", '1'],
  ],
  'domain/devices/panic': [
    ["<panic model='isa'/>", '<panic/>', '0'],
    ["<panic model='isa'/>", "<panic model='hyperv'/>", '-'],
  ],
  'domain/devices/memory': [
    [
      "<memory model='dimm'><target><node>0</node></target></memory><memory model='dimm'><target><node>1</node></target></memory>",
      "<memory model='dimm'><target><node>1</node></target></memory>",
      '1',
    ],
  ],
  'domain/devices/shmem': [["<shmem name='a'/><shmem name='b'/>", "<shmem name='b'/>", '1']],
  'domain/devices/lease': [
    [
      '<lease><lockspace>s</lockspace><key>a</key></lease><lease><lockspace>s</lockspace><key>b</key></lease>',
      '<lease><lockspace>s</lockspace><key>b</key></lease>',
      '1',
    ],
  ],
  'domain/devices/interface/filterref/parameter': [
    ["<parameter name='IP' value='1'/>", "<parameter name='IP' value='2'/>", '0'],
  ],
  'domain/seclabel': [
    ["<seclabel type='none' model='none'/>", "<seclabel type='none'/>", '0'],
    [
      "<seclabel model='dac' type='static'/><seclabel model='selinux' type='static'/>",
      "<seclabel model='selinux' type='static'/>",
      '1',
    ],
  ],
  'domain/clock/timer': [["<timer name='rtc'/><timer name='pit'/>", "<timer name='pit'/>", '1']],
  'domain/cpu/feature': [["<feature name='vmx'/><feature name='svm'/>", "<feature name='svm'/>", '1']],
  'domain/cpu/numa/cell': [
    ["<cell id='0'/><cell id='1'/>", '<cell/><cell/>', '0 1'],
    ["<cell id='0'/><cell id='1'/>", "<cell id='1'/>", '1'],
  ],
  'domain/cpu/numa/cell/distances/sibling': [
    ["<sibling id='0'/><sibling id='1'/>", "<sibling id='1'/>", '1'],
  ],
  'domain/os/firmware/feature': [["<feature name='a'/><feature name='b'/>", "<feature name='b'/>", '1']],
  'domain/cputune/vcpupin': [["<vcpupin vcpu='0'/><vcpupin vcpu='1'/>", "<vcpupin vcpu='1'/>", '1']],
  'domain/cputune/iothreadpin': [
    ["<iothreadpin iothread='1'/><iothreadpin iothread='2'/>", "<iothreadpin iothread='2'/>", '1'],
  ],
  'domain/numatune/memnode': [["<memnode cellid='0'/><memnode cellid='1'/>", "<memnode cellid='1'/>", '1']],
  'domain/iothreadids/iothread': [["<iothread id='1'/><iothread id='2'/>", "<iothread id='2'/>", '1']],
  'domain/blkiotune/device': [
    [
      '<device><path>/a</path></device><device><path>/b</path></device>',
      '<device><path>/b</path></device>',
      '1',
    ],
  ],
  'domain/sysinfo': [["<sysinfo type='smbios'/><sysinfo type='fwcfg'/>", "<sysinfo type='fwcfg'/>", '1']],
  'domain/sysinfo/bios/entry': [["<entry name='a'/><entry name='b'/>", "<entry name='b'/>", '1']],
  'domain/sysinfo/system/entry': [["<entry name='a'/><entry name='b'/>", "<entry name='b'/>", '1']],
  'domain/sysinfo/baseBoard/entry': [["<entry name='a'/><entry name='b'/>", "<entry name='b'/>", '1']],
  'domain/sysinfo/chassis/entry': [["<entry name='a'/><entry name='b'/>", "<entry name='b'/>", '1']],
  'domain/sysinfo/entry': [["<entry name='a'/><entry name='b'/>", "<entry name='b'/>", '1']],
};

const rows = Object.entries(ROWS).flatMap(([path, samples]) =>
  samples.map((sample) => [path, ...sample] as const),
);

describe('the identity table', () => {
  it('has a row here for each keyed list', () => {
    const keyed = Object.entries(DOMAIN_IDENTITY).filter(([, rule]) => rule !== 'atomic');
    expect(Object.keys(ROWS).sort()).toEqual(keyed.map(([path]) => path).sort());
  });

  it.each(rows)('%s: %s ← %s', (path, current, desired, expected) => {
    const rule = DOMAIN_IDENTITY[path];
    if (rule === undefined || rule === 'atomic') throw new Error(`${path} is not a keyed list`);
    const [first, second] = [items(current), items(desired)];
    const { pairs } = pairItems(first, second, rule);
    const match = (item: Element) => [...pairs].find(([, other]) => other === item)?.[0];
    expect(second.map((item) => (match(item) ? first.indexOf(match(item) as Element) : '-')).join(' ')).toBe(
      expected,
    );
  });

  it('matches no NIC that others added, except by its source', () => {
    const rule = DOMAIN_IDENTITY['domain/devices/interface'];
    if (rule === undefined || rule === 'atomic') throw new Error('no rule');
    const current = items("<interface type='bridge'><mac address='m1'/><source bridge='a'/></interface>");
    const added = (bridge: string) =>
      pairVersions(
        {
          current,
          desired: items(`<interface type='bridge'><source bridge='${bridge}'/></interface>`),
          lastApplied: [],
        },
        rule,
      ).desired.added;
    expect(added('b')).toHaveLength(1);
    expect(added('a')).toHaveLength(0);
  });
});
