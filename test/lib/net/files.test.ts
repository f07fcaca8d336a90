import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, networkOf, parseAddress } from '../../../modules/lib/net/address.ts';
import { hasOvsHook, parseIfupdown, renderIfupdown } from '../../../modules/lib/net/ifupdown.ts';
import { parseNetworkd, renderNetworkd } from '../../../modules/lib/net/networkd.ts';
import { type PortConfig, UNADDRESSED } from '../../../modules/lib/net/port.ts';
import { defaultRoute, parseRoute } from '../../../modules/lib/net/route.ts';
import { withoutSource, withSource } from '../../../modules/lib/net/sources.ts';

const config: PortConfig = {
  port: 'itc-wan1',
  bridge: 'ovs-wan1',
  mode: 'static',
  addresses: [parseAddress('192.168.192.129/29'), parseAddress('fd00::1/64')],
  routes: [
    parseRoute({ to: '10.4.0.0/16', metric: 5 }),
    defaultRoute('192.168.192.130'),
    defaultRoute('fe80::1'),
  ],
  dns: ['192.0.2.53', '2001:db8::53'],
  dnsSearch: ['example.org', 'lan'],
};

test("ifupdown's file", () => {
  expect(renderIfupdown(config)).toBe(`\
# piecewise.cloud: port itc-wan1 of bridge ovs-wan1. Changes made here are lost.
auto itc-wan1
iface itc-wan1 inet static
  address 192.168.192.129/29
  dns-nameservers 192.0.2.53 2001:db8::53
  dns-search example.org lan
iface itc-wan1 inet6 static
  address fd00::1/64
  up ip -4 route replace 10.4.0.0/16 metric 5 dev itc-wan1
  up ip -4 route replace default via 192.168.192.130 dev itc-wan1
  up ip -6 route replace default via fe80::1 dev itc-wan1
`);
  expect(renderIfupdown({ ...config, ...UNADDRESSED, mode: 'manual' })).toMatch(
    /\niface itc-wan1 inet manual\n$/,
  );
});

test("the blog's file is read as it is meant", () => {
  const text = `allow-vmbr-int itc-wan1
iface itc-wan1 inet static
  ovs_bridge ovs-wan1
  ovs_type OVSIntPort
  ovs_options tag=25
  address 192.168.192.129
  netmask 255.255.255.248
`;
  expect(parseIfupdown(text)).toEqual({
    bridge: 'ovs-wan1',
    mode: 'static',
    ...UNADDRESSED,
    addresses: [parseAddress('192.168.192.129/29')],
  });
  expect(hasOvsHook(text)).toBe(true);
  expect(hasOvsHook(renderIfupdown(config))).toBe(false);
});

test('a file that someone spoilt is nothing of ours', () => {
  const text = 'iface x inet static\n  address what\niface x inet static\n  address 10.0.0.1\n';
  expect(parseIfupdown(text).addresses).toEqual([]);
  expect(parseNetworkd('Address=what\n').addresses).toEqual([]);
});

test.each([
  ['ifupdown', renderIfupdown, parseIfupdown],
  ['networkd', renderNetworkd, parseNetworkd],
] as const)('%s: what is written is read', (_, render, parse) => {
  const address = fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 32 }));
  const layer3 = fc.oneof(
    fc.constantFrom({ mode: 'manual', addresses: [] } as const, { mode: 'dhcp', addresses: [] } as const),
    fc.array(address, { minLength: 1, maxLength: 3 }).map((list) => ({
      mode: 'static' as const,
      addresses: list.map(([ip, prefix]) => parseAddress(`${ip}/${prefix}`)),
    })),
  );
  const metric = fc.option(fc.integer({ min: 1, max: 4294967295 }), { nil: undefined });
  const route = (ip: fc.Arbitrary<string>) =>
    fc
      .record({ ip, prefix: fc.integer({ min: 0, max: 32 }), via: fc.option(ip, { nil: undefined }), metric })
      .map(({ ip, prefix, via, metric }) => {
        const to = formatAddress(networkOf(parseAddress(`${ip}/${prefix}`)));
        return parseRoute({ to, via, metric });
      });
  const domain = fc.constantFrom('example.org', 'lan', '~.');
  const ways = fc.record({
    routes: fc.array(fc.oneof(route(fc.ipV4()), route(fc.ipV6())), { maxLength: 3 }),
    dns: fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 3 }),
    dnsSearch: fc.array(domain, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(layer3, ways, (one, other) => {
      const all = { ...one, ...other };
      expect(parse(render({ port: 'p0', bridge: 'br0', ...all }))).toEqual({ bridge: 'br0', ...all });
    }),
  );
});

const INTERFACES = '/etc/network/interfaces';
const FILE = '/etc/network/interfaces.d/ovs_port_p0';

test.each([
  ['source /etc/network/interfaces.d/*\n', 'covered by a pattern'],
  ['source interfaces.d/ovs_*\n', 'covered by a relative pattern'],
  ['source-directory /etc/network/interfaces.d\n', 'covered by its directory'],
  ['  source   /etc/network/interfaces.d/ovs_port_[!x]?  \n', 'covered by a set'],
])('%s: %s', (text) => {
  expect(withSource(text, INTERFACES, FILE)).toBe(text);
  expect(withSource(`${text}source ${FILE}\n`, INTERFACES, FILE)).toBe(text);
  expect(withoutSource(text, INTERFACES, FILE)).toBe(text);
});

test.each([
  'auto lo\n',
  'auto lo',
  '',
  '# source /etc/network/interfaces.d/*\n',
  'source /etc/network/interfaces.d/*.cfg\n',
  'source /etc/network/*\n',
])('%j gets a line of its own for the file, once', (text) => {
  const once = withSource(text, INTERFACES, FILE);
  expect(once).toContain(`source ${FILE}\n`);
  expect(withSource(once, INTERFACES, FILE)).toBe(once);
  expect(withoutSource(once, INTERFACES, FILE).trimEnd()).toBe(text.trimEnd());
});

test('a directory reads no file with a dot in its name', () => {
  const text = 'source-directory /etc/network/interfaces.d\n';
  expect(withSource(text, INTERFACES, `${FILE}.25`)).toContain(`source ${FILE}.25\n`);
});
