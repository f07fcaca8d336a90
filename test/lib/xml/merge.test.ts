import { describe, expect, it } from 'vitest';
import { DOMAIN_RULES } from '../../../modules/lib/libvirt/rules.ts';
import { sameElement } from '../../../modules/lib/xml/element.ts';
import { merge, type Rules } from '../../../modules/lib/xml/merge.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const merged = (current: string, desired: string) =>
  merge({ current: parseXml(current), desired: parseXml(desired) }, DOMAIN_RULES);

const devices = (inner: string) => `<domain><name>d</name><devices>${inner}</devices></domain>`;

// Each row: the current document, the desired one, and the merged one.
const ROWS: [string, string, string, string][] = [
  [
    'what is not desired is kept',
    '<domain><name>d</name><uuid>u</uuid><title>t</title></domain>',
    '<domain><name>d</name></domain>',
    '<domain><name>d</name><uuid>u</uuid><title>t</title></domain>',
  ],
  [
    'a NIC without a MAC matches the one with its target, and keeps MAC and address',
    devices("<interface type='bridge'><mac address='m1'/><target dev='a'/><address slot='3'/></interface>"),
    devices("<interface type='bridge'><target dev='a'/><source bridge='b2'/></interface>"),
    devices(
      "<interface type='bridge'><mac address='m1'/><target dev='a'/><source bridge='b2'/><address slot='3'/></interface>",
    ),
  ],
  [
    'a new element is put beside the siblings that it is desired with',
    '<domain><name>d</name><address/><b/></domain>',
    '<domain><name>d</name><new/><a/><b/></domain>',
    '<domain><name>d</name><new/><a/><address/><b/></domain>',
  ],
  [
    'a new element without a preceding sibling is put before the following one',
    '<domain><address/><b/></domain>',
    '<domain><new/><b/></domain>',
    '<domain><address/><new/><b/></domain>',
  ],
  [
    'a NIC with a new MAC matches none, not even the one with its target',
    devices("<interface type='bridge'><mac address='m1'/><target dev='a'/></interface>"),
    devices("<interface type='bridge'><mac address='m2'/><target dev='a'/></interface>"),
    devices(
      "<interface type='bridge'><mac address='m1'/><target dev='a'/></interface><interface type='bridge'><mac address='m2'/><target dev='a'/></interface>",
    ),
  ],
  [
    'a NIC that is listed first moves no other',
    devices(
      "<interface type='bridge'><mac address='m1'/><source bridge='x'/><address slot='3'/></interface><video/>",
    ),
    devices(
      "<interface type='bridge'><mac address='m0'/><source bridge='x'/></interface><interface type='bridge'><mac address='m1'/></interface>",
    ),
    devices(
      "<interface type='bridge'><mac address='m1'/><source bridge='x'/><address slot='3'/></interface><interface type='bridge'><mac address='m0'/><source bridge='x'/></interface><video/>",
    ),
  ],
  [
    'a disk on another bus loses its address on the old one',
    devices("<disk type='file'><target dev='sda' bus='scsi'/><address unit='1'/></disk>"),
    devices("<disk type='file'><target dev='sda' bus='virtio'/></disk>"),
    devices("<disk type='file'><target dev='sda' bus='virtio'/></disk>"),
  ],
  [
    'a guest that has all of its memory gets all of a new amount',
    '<domain><memory>5</memory><currentMemory>5</currentMemory></domain>',
    '<domain><memory>9</memory></domain>',
    '<domain><memory>9</memory></domain>',
  ],
  [
    'a current memory that was set is kept',
    '<domain><memory>5</memory><currentMemory>4</currentMemory></domain>',
    '<domain><memory>9</memory></domain>',
    '<domain><memory>9</memory><currentMemory>4</currentMemory></domain>',
  ],
  [
    'a list that is one value is replaced as a whole',
    "<domain><os><boot dev='hd'/><boot dev='cdrom'/></os></domain>",
    "<domain><os><boot dev='network'/></os></domain>",
    "<domain><os><boot dev='network'/></os></domain>",
  ],
];

describe('merge', () => {
  it.each(ROWS)('%s', (_, current, desired, expected) => {
    expect(merged(current, desired)).toEqual(parseXml(expected));
  });

  it.each(ROWS)('changes nothing the second time: %s', (_, current, desired) => {
    const once = merged(current, desired);
    const twice = merge({ current: once, desired: parseXml(desired) }, DOMAIN_RULES);
    expect(sameElement(once, twice)).toBe(true);
  });
});

const RULES: Rules = {
  identity: { 'd/item': { keys: [['@id']], ordinal: ['@id'] }, 'd/group/item': 'atomic' },
  derive: (current) => current,
  containers: new Set(['d/group']),
  sticky: new Set(['d/name', 'd/@kept']),
};

// Each row: what the last task applied, the current document, the desired one, and the merged one.
const VERSIONS: [what: string, lastApplied: string, current: string, desired: string, merged: string][] = [
  [
    'an attribute that is no longer desired is removed',
    "<d a=''/>",
    "<d a='1' b='2'/>",
    '<d/>',
    "<d b='2'/>",
  ],
  ['a sticky attribute is kept', "<d kept=''/>", "<d kept='1'/>", '<d/>', "<d kept='1'/>"],
  [
    'an element that is no longer desired is removed',
    '<d><a/></d>',
    '<d><a>1</a><b/></d>',
    '<d/>',
    '<d><b/></d>',
  ],
  ['a sticky element is kept', '<d><name/></d>', '<d><name>n</name></d>', '<d/>', '<d><name>n</name></d>'],
  ['an element that others added is kept', '<d/>', '<d><a>1</a></d>', '<d/>', '<d><a>1</a></d>'],
  [
    'an element that others changed is set again',
    '<d><a/></d>',
    '<d><a>2</a></d>',
    '<d><a>1</a></d>',
    '<d><a>1</a></d>',
  ],
  [
    'an element that others removed is added again',
    '<d><a/></d>',
    '<d/>',
    '<d><a>1</a></d>',
    '<d><a>1</a></d>',
  ],
  ['an element that others removed is not missed', '<d><a/></d>', '<d/>', '<d/>', '<d/>'],
  [
    'a part of an element is removed',
    "<d><a x='' y=''/></d>",
    "<d><a x='1' y='2' z='3'/></d>",
    "<d><a x='1'/></d>",
    "<d><a x='1' z='3'/></d>",
  ],
  [
    'an item that is no longer desired is removed',
    "<d><item id='1'/><item id='2'/></d>",
    "<d><item id='1'/><item id='2'/><item id='3'/></d>",
    "<d><item id='1'/></d>",
    "<d><item id='1'/><item id='3'/></d>",
  ],
  [
    'a part of an item is removed',
    "<d><item id='1'><a/></item></d>",
    "<d><item id='1'><a/><b/></item></d>",
    "<d><item id='1'/></d>",
    "<d><item id='1'><b/></item></d>",
  ],
  [
    'a container keeps what others added',
    '<d><group><a/></group></d>',
    '<d><group><a/><b/></group></d>',
    '<d/>',
    '<d><group><b/></group></d>',
  ],
  [
    'an empty container is removed',
    '<d><group><a/></group></d>',
    '<d><group><a/></group></d>',
    '<d/>',
    '<d/>',
  ],
  [
    'a list that is one value is removed as a whole',
    '<d><group><item/></group></d>',
    "<d><group><item id='1'/><item id='2'/></group></d>",
    '<d><group/></d>',
    '<d><group/></d>',
  ],
];

describe('the three versions', () => {
  it.each(VERSIONS)('%s', (_, lastApplied, current, desired, expected) => {
    const versions = {
      lastApplied: parseXml(lastApplied),
      current: parseXml(current),
      desired: parseXml(desired),
    };
    expect(merge(versions, RULES)).toEqual(parseXml(expected));
  });
});
