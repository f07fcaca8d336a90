import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHost, isWithin, networkOf, parseAddress, rangeOf } from '../../../modules/lib/net/address.ts';
import {
  defaultRoute,
  formatRoute,
  inOrder,
  isReached,
  parseRoute,
  sameTarget,
} from '../../../modules/lib/net/route.ts';

const address = fc
  .oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
  )
  .map(([ip, prefix]) => parseAddress(`${ip}/${prefix}`));

test('a network contains all its addresses, and itself', () => {
  fc.assert(
    fc.property(address, address, (one, other) => {
      const network = networkOf(one);
      expect(isWithin(one.ip, network)).toBe(true);
      expect(networkOf(network)).toEqual(network);
      const { first, last } = rangeOf(one);
      expect(last - first + 1n === 1n).toBe(isHost(one));
      const { first: ip } = rangeOf({ ...other, prefix: other.family === 4 ? 32 : 128 });
      const inside = one.family === other.family && first <= ip && ip <= last;
      expect(isWithin(other.ip, one)).toBe(inside);
    }),
  );
});

test.each([
  ['192.168.192.129/29', '192.168.192.128/29'],
  ['10.9.8.7/0', '0.0.0.0/0'],
  ['fd00:1:2:3:4::5/48', 'fd00:1:2::/48'],
])('%s is in %s', (text, network) => {
  expect(networkOf(parseAddress(text))).toEqual(parseAddress(network));
});

test('a route by its words', () => {
  expect(formatRoute(parseRoute({ to: '10.4.0.0/16', via: '10.0.0.1', metric: 5 }))).toBe(
    '10.4.0.0/16 via 10.0.0.1 metric 5',
  );
  expect(defaultRoute('fd00::0:1')).toEqual(parseRoute({ to: '::/0', via: 'fd00::1' }));
  expect(parseRoute({ to: '10.0.0.9' }).to.prefix).toBe(32);
});

test("the kernel's default metric is the same as none", () => {
  const route = (to: string, metric?: number) => parseRoute({ to, metric });
  expect(sameTarget(route('fd00::/8'), route('fd00::/8', 1024))).toBe(true);
  expect(sameTarget(route('10.0.0.0/8'), route('10.0.0.0/8', 1024))).toBe(false);
  expect(sameTarget(route('0.0.0.0/0'), route('::/0', 0))).toBe(false);
});

test('a router is reached by a network, by a route to it, or by the link itself', () => {
  const addresses = [parseAddress('10.0.0.1/24')];
  const routes = inOrder([
    parseRoute({ to: '10.6.0.0/16', via: '10.5.0.1' }),
    parseRoute({ to: '10.5.0.1' }),
  ]);
  expect(routes.map(({ via }) => via)).toEqual([undefined, '10.5.0.1']);
  expect(
    ['10.0.0.9', '10.5.0.1', '10.6.0.1', 'fe80::1'].map((ip) => isReached(ip, addresses, routes)),
  ).toEqual([true, true, false, true]);
});
