import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../../modules/lib/net/address.ts';
import { hasOvsHook, parseIfupdown, renderIfupdown } from '../../../modules/lib/net/ifupdown.ts';
import { parseNetworkd, renderNetworkd } from '../../../modules/lib/net/networkd.ts';
import type { PortConfig } from '../../../modules/lib/net/port.ts';
import { parseRoute } from '../../../modules/lib/net/route.ts';
import { withoutSource, withSource } from '../../../modules/lib/net/sources.ts';

const NONE = { routes: [], dns: [], dnsSearch: [] } as const;

const config: PortConfig = {
  port: 'itc-wan1',
  bridge: 'ovs-wan1',
  mode: 'static',
  addresses: [parseAddress('192.168.192.129/29'), parseAddress('fd00::1/64')],
  ...NONE,
};

test("ifupdown's file", () => {
  expect(renderIfupdown(config)).toBe(`\
# piecewise.cloud: port itc-wan1 of bridge ovs-wan1. Changes made here are lost.
auto itc-wan1
iface itc-wan1 inet static
  address 192.168.192.129/29
iface itc-wan1 inet6 static
  address fd00::1/64
`);
  expect(renderIfupdown({ ...config, mode: 'manual', addresses: [] })).toMatch(
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
    addresses: [parseAddress('192.168.192.129/29')],
    ...NONE,
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
  const metric = fc.option(fc.nat(), { nil: undefined });
  const route = fc.oneof(
    fc.record({ to: fc.constantFrom('10.0.0.0/8', '192.0.2.7', '0.0.0.0/0'), via: fc.ipV4(), metric }),
    fc.record({ to: fc.constantFrom('fd00::/64', 'default'), via: fc.ipV6(), metric }),
    fc.record({ to: fc.constantFrom('fd00::/64', '10.0.0.0/8'), metric }),
  );
  const more = fc.record({
    routes: fc.array(route.map(parseRoute), { maxLength: 3 }),
    dns: fc.array(fc.oneof(fc.ipV4(), fc.constant('fd00::53')), { maxLength: 3 }),
    dnsSearch: fc.array(fc.domain(), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(layer3, more, (one, others) => {
      const config = { ...one, ...others };
      expect(parse(render({ port: 'p0', bridge: 'br0', ...config }))).toEqual({ bridge: 'br0', ...config });
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
