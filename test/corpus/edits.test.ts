import { describe, expect, it } from 'vitest';
import { childOf, childrenOf, type Element, valueAt } from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { type Edit, editsOf, type Property } from './edits.ts';
import { exactly } from './judge.ts';

const DISK = "<disk type='file'><target dev='vda' bus='virtio'/><address type='pci' slot='0x04'/></disk>";
const nic = (mac: string, slot = '0x03') =>
  `<interface type='user'><mac address='${mac}'/><address type='pci' slot='${slot}'/></interface>`;
const domain = (devices: string, memory = '1024', rest = '') =>
  parseXml(
    `<domain><name>g</name>${rest}<memory unit='KiB'>${memory}</memory><devices>${devices}</devices></domain>`,
  );
const current = (kib: string) => `<currentMemory unit='KiB'>${kib}</currentMemory>`;

function edit(property: Property, root: Element, definition: Element = root): Edit {
  const found = editsOf(root, definition).find((each) => each.property === property);
  if (!found) throw new Error(`no edit: ${property}`);
  return found;
}

const devices = (root: Element, name: string) => childrenOf(childOf(root, 'devices'), name);

describe('a disk that moves', () => {
  const { edited, ...move } = edit('disk moved', domain(DISK));
  const moved = (bus: string, more = '') =>
    domain(
      `<disk type='file'><target dev='vda' bus='${bus}'/><address type='drive' unit='0'/></disk>${more}`,
    );

  it('is on another bus in the document, without its old address', () => {
    const [disk] = devices(edited, 'disk');
    expect([valueAt(disk, 'target/@bus'), childOf(disk as Element, 'address')]).toEqual(['scsi', undefined]);
  });

  it('may bring an address and a controller, and nothing else', () => {
    const judge = (root: Element) => exactly({ edited, ...move }, domain(DISK), root);
    expect(judge(moved('scsi', "<controller type='scsi' index='0'/>"))).toBeUndefined();
    expect(judge(moved('scsi', nic('52:01')))).toBe('besides: devices/interface[52:01] added');
    expect(judge(moved('sata'))).toMatch(/^besides: devices\/disk\[vda\]\/target\/@bus/);
    expect(judge(domain(DISK))).toBe('0 such changes: nothing');
  });

  it('is not tried for a CD', () => {
    expect(
      editsOf(domain("<disk device='cdrom'><target dev='sda' bus='sata'/></disk>"), domain('')),
    ).not.toContainEqual(expect.objectContaining({ property: 'disk moved' }));
  });
});

describe('a NIC that is dropped', () => {
  const stored = domain(nic('52:01') + nic('52:02', '0x05'));

  it('is the first one, and no other', () => {
    const drop = edit('NIC dropped', stored);
    expect(devices(drop.edited, 'interface').map((one) => valueAt(one, 'mac/@address'))).toEqual(['52:02']);
    expect(exactly(drop, stored, domain(nic('52:02', '0x05')))).toBeUndefined();
    expect(exactly(drop, stored, domain(nic('52:01')))).toBe('besides: devices/interface[52:02] removed');
    expect(exactly(drop, stored, domain(''))).toBe('besides: devices/interface[52:02] removed');
  });

  it('may be any of those that are written the same', () => {
    const drop = edit('NIC dropped', domain("<interface type='user'/><interface type='user'/>"));
    expect(exactly(drop, stored, domain(nic('52:01')))).toBeUndefined();
    expect(exactly(drop, stored, domain(''))).toMatch(/^2 such changes/);
  });
});

describe('a title that is dropped', () => {
  it('is given first where there is none', () => {
    const { base, edited } = edit('title dropped', domain(''));
    expect([childOf(base, 'title') !== undefined, childOf(edited, 'title')]).toEqual([true, undefined]);
    const titled = domain('', '1024', '<title>t</title>');
    expect(edit('title dropped', titled).base).toBe(titled);
  });
});

describe('memory that changes', () => {
  const changed = String(1024 + 65536);

  it('changes the current memory too where both were equal and no task had set it', () => {
    const stored = domain('', '1024', current('1024'));
    const judge = (root: Element, after: Element) =>
      exactly(edit('memory changed', root, stored), stored, after);
    const both = domain('', changed, current(changed));
    const one = domain('', changed, current('1024'));
    expect(judge(domain(''), both)).toBeUndefined();
    expect(judge(stored, one)).toBeUndefined();
    expect(judge(stored, both)).toMatch(/^besides: currentMemory/);
    expect(judge(domain(''), domain('', changed, current('7')))).toMatch(/^besides: currentMemory/);
  });
});

describe('a NIC in front', () => {
  it('is before the others, without a MAC, and moves none', () => {
    const stored = domain(nic('52:01'));
    const front = edit('NIC in front', stored);
    expect(devices(front.edited, 'interface').map((one) => valueAt(one, 'mac/@address'))).toEqual([
      undefined,
      '52:01',
    ]);
    expect(exactly(front, stored, domain(nic('52:01') + nic('52:02', '0x05')))).toBeUndefined();
    expect(exactly(front, stored, domain(nic('52:02') + nic('52:01', '0x05')))).toMatch(
      /^besides: devices\/interface\[52:01\]\/address/,
    );
    expect(exactly(front, stored, domain(nic('52:02') + nic('52:03', '0x05')))).toMatch(/^besides: /);
  });
});
