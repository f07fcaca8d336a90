import { describe, expect, it } from 'vitest';
import { DOMAIN_RULES } from '../../../modules/lib/libvirt/rules.ts';
import { sameElement } from '../../../modules/lib/xml/element.ts';
import { merge } from '../../../modules/lib/xml/merge.ts';
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
