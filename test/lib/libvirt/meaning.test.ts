import { describe, expect, it } from 'vitest';
import { DOMAIN_IDENTITY } from '../../../modules/lib/libvirt/identity.ts';
import { meaningOf } from '../../../modules/lib/libvirt/meaning.ts';
import { canonical } from '../../../modules/lib/xml/canonical.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const meaning = (xml: string) => canonical(meaningOf(parseXml(xml)), DOMAIN_IDENTITY);
const devices = (inner: string) => `<domain><devices>${inner}</devices></domain>`;

// What libvirt 9.0 made of the one is the other.
const SAME: [string, string, string][] = [
  [
    'an address in another notation',
    devices("<a><address type='pci' bus='0' slot='18'/></a>"),
    devices("<a><address type='pci' bus='0x00' slot='0x12'/></a>"),
  ],
  [
    'an amount in another unit',
    "<domain><memtune><soft_limit unit='MiB'>2</soft_limit></memtune></domain>",
    "<domain><memtune><soft_limit unit='KiB'>2048</soft_limit></memtune></domain>",
  ],
  [
    'a page size',
    "<hugepages><page size='5' unit='MiB'/></hugepages>",
    "<hugepages><page size='5120' unit='KiB'/></hugepages>",
  ],
  ['a set of numbers', "<memory nodeset='0-5,^4'/>", "<memory nodeset='0-3,5'/>"],
  ['a file mode', devices("<filesystem fmode='0644'/>"), devices("<filesystem fmode='644'/>")],
  [
    'what only a running guest has',
    "<domain id='3'><devices><disk><source file='/a' index='1'/><mirror/></disk></devices></domain>",
    devices("<disk><source file='/a'/></disk>"),
  ],
  ['a default', devices("<graphics type='spice' autoport='no'/>"), devices("<graphics type='spice'/>")],
  [
    'an element that only has a default',
    devices("<serial type='unix'><protocol type='raw'/></serial>"),
    devices("<serial type='unix'/>"),
  ],
  [
    'a port that libvirt chooses',
    devices("<graphics type='vnc' port='5900' autoport='yes'/>"),
    devices("<graphics type='vnc' port='-1' autoport='yes'/>"),
  ],
  [
    'the fallback of a CPU without a model',
    "<domain><cpu mode='host-model'><model fallback='allow'/></cpu></domain>",
    "<domain><cpu mode='host-model'/></domain>",
  ],
  [
    'the memory of a guest with NUMA cells',
    "<domain><memory unit='KiB'>1</memory><cpu><numa><cell id='0' memory='2' unit='KiB'/></numa></cpu></domain>",
    "<domain><memory unit='KiB'>2</memory><cpu><numa><cell id='0' memory='2' unit='KiB'/></numa></cpu></domain>",
  ],
  [
    'no limit',
    "<domain><memtune><hard_limit unit='KiB'>9007199254740991</hard_limit></memtune></domain>",
    '<domain/>',
  ],
  [
    'a socket where libvirt puts them',
    devices(
      "<channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/x'/></channel>",
    ),
    devices("<channel type='unix'/>"),
  ],
  [
    'the first unit of an iSCSI target',
    "<source protocol='iscsi' name='iqn.a'/>",
    "<source protocol='iscsi' name='iqn.a/0'/>",
  ],
  ['namespaces', "<domain xmlns:qemu='urn:q'><name>a</name></domain>", '<domain><name>a</name></domain>'],
];

const OTHER: [string, string, string][] = [
  [
    'another address',
    devices("<a><address type='pci' slot='18'/></a>"),
    devices("<a><address type='pci' slot='0x18'/></a>"),
  ],
  [
    'another amount',
    "<domain><memory unit='MiB'>2</memory></domain>",
    "<domain><memory unit='KiB'>2047</memory></domain>",
  ],
  ['another set', "<memory nodeset='0-5'/>", "<memory nodeset='0-4'/>"],
  [
    'another port',
    devices("<graphics type='vnc' port='5900' autoport='no'/>"),
    devices("<graphics type='vnc' port='5901' autoport='no'/>"),
  ],
  [
    'another password',
    devices("<graphics type='vnc' passwd='a'/>"),
    devices("<graphics type='vnc' passwd='b'/>"),
  ],
  [
    'another source',
    devices("<disk><source file='/a'/></disk>"),
    devices("<disk><source file='/b'/></disk>"),
  ],
  ['an unknown number', "<memory nodeset='0-x'/>", "<memory nodeset='0-y'/>"],
];

describe('meaningOf', () => {
  it.each(SAME)('is the same for %s', (_, one, other) => {
    expect(meaning(one)).toBe(meaning(other));
  });
  it.each(OTHER)('is not for %s', (_, one, other) => {
    expect(meaning(one)).not.toBe(meaning(other));
  });
});
