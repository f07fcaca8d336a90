import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAddress,
  isWithin,
  networkOf,
  parseAddress,
  textOf,
} from '../../../modules/lib/net/address.ts';
import {
  firstHost,
  hostProblem,
  isInRange,
  overlap,
  parseSubnet,
  sizeOf,
} from '../../../modules/lib/net/subnet.ts';

const ip4 = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((n) => textOf(4, n));
const ip6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((n) => textOf(6, n));
const subnets = fc
  .oneof(fc.tuple(ip4, fc.integer({ min: 0, max: 32 })), fc.tuple(ip6, fc.integer({ min: 0, max: 128 })))
  .map(([ip, prefix]) => networkOf(parseAddress(`${ip}/${prefix}`)));

describe('a subnet', () => {
  it.each([
    ['10.20.0.0/24', '10.20.0.1'],
    ['fd00:20::/64', 'fd00:20::1'],
    ['192.0.2.4/31', '192.0.2.4'],
    ['192.0.2.4/32', '192.0.2.4'],
  ])('%s has the first host %s', (text, first) => {
    expect(firstHost(parseSubnet(text))).toBe(first);
  });

  it.each([
    ['10.20.0.1/24', "'10.20.0.1/24' is an address within 10.20.0.0/24: give the subnet"],
    ['10.20.0.0', "'10.20.0.0' has no prefix: write it as 10.20.0.0/24"],
    ['fd00::', "'fd00::' has no prefix: write it as fd00::/64"],
    ['lan', "'lan' is not an IP address"],
  ])('is not %s', (text, message) => {
    expect(() => parseSubnet(text)).toThrow(message);
  });

  it.each([
    ['10.20.0.0', '10.20.0.0 is the address of the subnet 10.20.0.0/24 itself'],
    ['10.20.0.255', '10.20.0.255 is the broadcast address of 10.20.0.0/24'],
    ['10.21.0.1', '10.21.0.1 is not in the subnet 10.20.0.0/24'],
    ['10.20.0.254', undefined],
  ])('gives a machine %s or says why not', (ip, problem) => {
    expect(hostProblem(ip, parseSubnet('10.20.0.0/24'))).toBe(problem);
  });

  it('is read as it is written, and its first host is one of its own', () => {
    fc.assert(
      fc.property(subnets, (subnet) => {
        expect(parseSubnet(formatAddress(subnet))).toEqual(subnet);
        expect(hostProblem(firstHost(subnet), subnet)).toBeUndefined();
      }),
    );
  });

  it('overlaps with another exactly if one has the address of the other', () => {
    fc.assert(
      fc.property(subnets, subnets, (one, other) => {
        const expected = isWithin(one.ip, other) || isWithin(other.ip, one);
        expect(overlap(one, other)).toBe(expected);
        expect(overlap(other, one)).toBe(expected);
        expect(overlap(one, one)).toBe(true);
      }),
    );
  });
});

describe('a range', () => {
  it('has as many addresses as lie in it', () => {
    const range = { first: '10.0.0.254', last: '10.0.1.1' };
    expect(sizeOf(4, range)).toBe(4n);
    const within = ['10.0.0.253', '10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1', '10.0.1.2', 'fd00::1'];
    expect(within.filter((ip) => isInRange(ip, range))).toEqual(within.slice(1, 5));
    expect(sizeOf(6, { first: 'fd00::9', last: 'fd00::1' })).toBeLessThan(1n);
  });
});
