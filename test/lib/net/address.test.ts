import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, parseAddress, prefixOfNetmask } from '../../../modules/lib/net/address.ts';

test.each([
  ['255.255.255.248', 29],
  ['255.255.255.255', 32],
  ['0.0.0.0', 0],
  ['255.0.255.0', undefined],
  ['255.255.255.1', undefined],
  ['255.255.255', undefined],
  ['ffff::', undefined],
])('the prefix of netmask %s is %s', (netmask, prefix) => {
  expect(prefixOfNetmask(netmask)).toBe(prefix);
});

/** The dotted netmask of an IPv4 prefix length, 0 to 32. */
const netmaskOfPrefix = (prefix: number) =>
  [0, 1, 2, 3].map((i) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - 8 * i)))).join('.');

test('a netmask and a prefix are two forms of one thing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 32 }), (prefix) => {
      expect(prefixOfNetmask(netmaskOfPrefix(prefix))).toBe(prefix);
    }),
  );
});

test.each([
  ['192.168.192.129', '255.255.255.248', '192.168.192.129/29'],
  ['192.168.192.129/29', undefined, '192.168.192.129/29'],
  ['192.168.192.129', '29', '192.168.192.129/29'],
  ['FD00:0:0::0:1/64', undefined, 'fd00::1/64'],
  ['fd00::1', '64', 'fd00::1/64'],
])('%s with netmask %s is %s', (text, netmask, address) => {
  expect(formatAddress(parseAddress(text, netmask))).toBe(address);
});

test.each([
  ['10.0.0.1', undefined, /has no netmask/],
  ['10.0.0.1', '255.0.255.0', /netmask '255.0.255.0' is not a netmask/],
  ['10.0.0.1/33', undefined, /'33' is not a netmask of an IPv4/],
  ['10.0.0.1/24/1', undefined, /is not an IP address/],
  ['10.0.0.256/24', undefined, /is not an IP address/],
  ['010.0.0.1/24', undefined, /is not an IP address/],
  ['fd00::1', '255.255.255.0', /is not a netmask of an IPv6/],
  ['fe80::1%eth0/64', undefined, /is not an IP address/],
])('%s with netmask %s is refused', (text, netmask, problem) => {
  expect(() => parseAddress(text, netmask)).toThrow(problem);
});

test('what is formatted is parsed as it was', () => {
  const address = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
  );
  fc.assert(
    fc.property(address, ([ip, prefix]) => {
      const parsed = parseAddress(`${ip}/${prefix}`);
      expect(parseAddress(formatAddress(parsed))).toEqual(parsed);
    }),
  );
});
