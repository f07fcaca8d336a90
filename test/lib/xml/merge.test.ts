import { describe, expect, it } from 'vitest';
import { DOMAIN_RULES } from '../../../modules/lib/libvirt/owned.ts';
import { sameElement } from '../../../modules/lib/xml/element.ts';
import { merge, type Rules } from '../../../modules/lib/xml/merge.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const merged = (current: string, desired: string) =>
  merge({ current: parseXml(current), desired: parseXml(desired) }, DOMAIN_RULES);

const devices = (inner: string) => `<domain><name>d</name><devices>${inner}</devices></domain>`;

// Each row: what is there, what the task states, what comes of it.
const ROWS: [string, string, string, string][] = [
  [
    'what desired does not state stays',
    '<domain><name>d</name><uuid>u</uuid><title>t</title></domain>',
    '<domain><name>d</name></domain>',
    '<domain><name>d</name><uuid>u</uuid><title>t</title></domain>',
  ],
  [
    'a NIC without a MAC takes the place of the one with its target, and keeps MAC and address',
    devices("<interface type='bridge'><mac address='m1'/><target dev='a'/><address slot='3'/></interface>"),
    devices("<interface type='bridge'><target dev='a'/><source bridge='b2'/></interface>"),
    devices(
      "<interface type='bridge'><mac address='m1'/><target dev='a'/><source bridge='b2'/><address slot='3'/></interface>",
    ),
  ],
  [
    'what is new stands beside the siblings that it is desired with',
    '<domain><name>d</name><address/><b/></domain>',
    '<domain><name>d</name><new/><a/><b/></domain>',
    '<domain><name>d</name><new/><a/><address/><b/></domain>',
  ],
  [
    'what is new and has no elder sibling stands before the younger one',
    '<domain><address/><b/></domain>',
    '<domain><new/><b/></domain>',
    '<domain><address/><new/><b/></domain>',
  ],
  [
    'a NIC whose MAC is new takes nobody’s place, though its target is known',
    devices("<interface type='bridge'><mac address='m1'/><target dev='a'/></interface>"),
    devices("<interface type='bridge'><mac address='m2'/><target dev='a'/></interface>"),
    devices(
      "<interface type='bridge'><mac address='m1'/><target dev='a'/></interface><interface type='bridge'><mac address='m2'/><target dev='a'/></interface>",
    ),
  ],
  [
    'a NIC put in front moves nobody',
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
    'a disk on another bus loses the address it had on the old one',
    devices("<disk type='file'><target dev='sda' bus='scsi'/><address unit='1'/></disk>"),
    devices("<disk type='file'><target dev='sda' bus='virtio'/></disk>"),
    devices("<disk type='file'><target dev='sda' bus='virtio'/></disk>"),
  ],
  [
    'a balloon that was full follows the memory',
    '<domain><memory>5</memory><currentMemory>5</currentMemory></domain>',
    '<domain><memory>9</memory></domain>',
    '<domain><memory>9</memory></domain>',
  ],
  [
    'a balloon that was set stays',
    '<domain><memory>5</memory><currentMemory>4</currentMemory></domain>',
    '<domain><memory>9</memory></domain>',
    '<domain><memory>9</memory><currentMemory>4</currentMemory></domain>',
  ],
  [
    'a list that is one value is replaced whole',
    "<domain><os><boot dev='hd'/><boot dev='cdrom'/></os></domain>",
    "<domain><os><boot dev='network'/></os></domain>",
    "<domain><os><boot dev='network'/></os></domain>",
  ],
];

describe('merge', () => {
  it.each(ROWS)('%s', (_, current, desired, expected) => {
    expect(merged(current, desired)).toEqual(parseXml(expected));
  });

  it.each(ROWS)('is done after one time: %s', (_, current, desired) => {
    const once = merged(current, desired);
    const twice = merge({ current: once, desired: parseXml(desired) }, DOMAIN_RULES);
    expect(sameElement(once, twice)).toBe(true);
  });
});

const RULES: Rules = {
  identity: { 'd/disk': { keys: [['@dev']], ordinal: [] }, 'd/boot': 'atomic' },
  derive: (current) => current,
  containers: new Set(['d/features']),
  sticky: new Set(['d/uuid', 'd/@type']),
};

// Each row: last applied, current, desired → merged. An unknown last applied document is undefined.
const VERSIONS: [string, string | undefined, string, string, string][] = [
  ['unknown, not desired: kept', undefined, '<d><title>t</title></d>', '<d/>', '<d><title>t</title></d>'],
  ['never applied, not desired: kept', '<d/>', '<d><title>t</title></d>', '<d/>', '<d><title>t</title></d>'],
  ['applied, not desired: removed', '<d><title/></d>', '<d><title>t</title></d>', '<d/>', '<d/>'],
  ['applied, not desired, not current: nothing', '<d><title/></d>', '<d/>', '<d/>', '<d/>'],
  [
    'applied, desired, not current: added',
    '<d><title/></d>',
    '<d/>',
    '<d><title>t</title></d>',
    '<d><title>t</title></d>',
  ],
  [
    'applied, changed by others: desired wins',
    '<d><title/></d>',
    '<d><title>o</title></d>',
    '<d><title>t</title></d>',
    '<d><title>t</title></d>',
  ],
  ['an attribute, never applied: kept', '<d/>', "<d a='1'/>", '<d/>', "<d a='1'/>"],
  ['an attribute, applied: removed', "<d a=''/>", "<d a='1' b='2'/>", '<d/>', "<d b='2'/>"],
  ['an attribute, desired: set', "<d a=''/>", "<d a='1'/>", "<d a='2'/>", "<d a='2'/>"],
  [
    'sticky, applied: kept',
    "<d type=''><uuid/></d>",
    "<d type='k'><uuid>u</uuid></d>",
    '<d/>',
    "<d type='k'><uuid>u</uuid></d>",
  ],
  [
    'a container: what others added is kept',
    '<d><features><pae/></features></d>',
    '<d><features><acpi/><pae/></features></d>',
    '<d/>',
    '<d><features><acpi/></features></d>',
  ],
  [
    'a container: removed when empty',
    '<d><features><pae/></features></d>',
    '<d><features><pae/></features></d>',
    '<d/>',
    '<d/>',
  ],
  [
    'no container: removed as a whole',
    '<d><cpu><a/></cpu></d>',
    '<d><cpu><a/><b/></cpu></d>',
    '<d/>',
    '<d/>',
  ],
  [
    'inside an element: removed alone',
    '<d><cpu><a/></cpu></d>',
    '<d><cpu><a/><b/></cpu></d>',
    '<d><cpu/></d>',
    '<d><cpu><b/></cpu></d>',
  ],
  [
    'an item, applied: removed',
    "<d><disk dev='a'/><disk dev='b'/></d>",
    "<d><disk dev='a'/><disk dev='b'/></d>",
    "<d><disk dev='a'/></d>",
    "<d><disk dev='a'/></d>",
  ],
  [
    'an item that others added: kept',
    "<d><disk dev='a'/></d>",
    "<d><disk dev='o'/><disk dev='a'/></d>",
    '<d/>',
    "<d><disk dev='o'/></d>",
  ],
  [
    'an item that others removed: added',
    "<d><disk dev='a'/></d>",
    '<d/>',
    "<d><disk dev='a'/></d>",
    "<d><disk dev='a'/></d>",
  ],
  [
    'inside an item: removed alone',
    "<d><disk dev='a'><io/></disk></d>",
    "<d><disk dev='a'><io/><alias/></disk></d>",
    "<d><disk dev='a'/></d>",
    "<d><disk dev='a'><alias/></disk></d>",
  ],
  ['an atomic list, never applied: kept', '<d/>', "<d><boot dev='o'/></d>", '<d/>', "<d><boot dev='o'/></d>"],
  [
    'an atomic list, applied: removed with what others added',
    '<d><boot/></d>',
    "<d><boot dev='a'/><boot dev='o'/></d>",
    '<d/>',
    '<d/>',
  ],
  [
    'an atomic list, desired: replaced',
    '<d><boot/></d>',
    "<d><boot dev='a'/><boot dev='o'/></d>",
    "<d><boot dev='b'/></d>",
    "<d><boot dev='b'/></d>",
  ],
];

describe('merge of last applied, current and desired', () => {
  const parsed = (text: string | undefined) => (text === undefined ? undefined : parseXml(text));

  it.each(VERSIONS)('%s', (_, applied, current, desired, expected) => {
    const versions = { applied: parsed(applied), current: parseXml(current), desired: parseXml(desired) };
    expect(merge(versions, RULES)).toEqual(parseXml(expected));
  });

  it.each(VERSIONS)('has nothing to do the second time: %s', (_, applied, current, desired) => {
    const [first, second] = [parsed(applied), parseXml(desired)];
    const once = merge({ applied: first, current: parseXml(current), desired: second }, RULES);
    expect(merge({ applied: second, current: once, desired: second }, RULES)).toEqual(once);
  });
});
