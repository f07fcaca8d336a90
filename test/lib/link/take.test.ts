import { expect, test } from 'vitest';
import type { Kept, Link } from '../../../modules/lib/link/observe.ts';
import { hasToGive, takeOver } from '../../../modules/lib/link/take.ts';
import type { Uplink } from '../../../modules/lib/link/uplink.ts';
import type { LinkWish } from '../../../modules/lib/link/wish.ts';
import { parseAddress } from '../../../modules/lib/net/address.ts';
import { type Addressing, UNADDRESSED } from '../../../modules/lib/net/port.ts';
import { defaultRoute } from '../../../modules/lib/net/route.ts';

const NOTHING = { addresses: [], routes: [] };
const link: Link = {
  up: true,
  addresses: [parseAddress('192.0.2.5/24')],
  routes: [defaultRoute('192.0.2.1')],
  leased: NOTHING,
};
const kept = { keeper: 'ifupdown', networkd: false } as Kept;
const networkd = { keeper: 'networkd', networkd: true } as Kept;
const wish: LinkWish = {
  at: 'ports[1]',
  port: 'eth0',
  bridge: 'br-ex',
  addressing: { mode: 'manual', ...UNADDRESSED },
  device: 'new',
  internal: false,
};
const bridge: LinkWish = { ...wish, port: 'br-ex', addressing: undefined, internal: true };
const nobody: Uplink = { files: new Map(), networkFile: undefined, networkManager: false };
const INTERFACES = '/etc/network/interfaces';
const TEXT = `auto lo eth0
iface lo inet loopback
iface eth0 inet static
  address 192.0.2.5/24
  dns-nameservers 192.0.2.53 fd00::53
  dns-search example.org
`;

const bridgeOf = (taken: { wishes: readonly LinkWish[] }) =>
  taken.wishes.find(({ port }) => port === 'br-ex')?.addressing;

test("a bridge takes addresses, routes and name servers, and ifupdown's stanza goes", () => {
  const taken = takeOver(wish, bridge, link, kept, { ...nobody, files: new Map([[INTERFACES, TEXT]]) });
  expect(bridgeOf(taken)).toEqual({
    mode: 'static',
    addresses: link.addresses,
    routes: link.routes,
    dns: ['192.0.2.53', 'fd00::53'],
    dnsSearch: ['example.org'],
  });
  expect(taken.wishes.find(({ port }) => port === 'eth0')).toMatchObject({ gives: true });
  expect(taken.edits).toEqual(
    new Map([[INTERFACES, { before: TEXT, after: 'auto lo\niface lo inet loopback\n' }]]),
  );
});

test("networkd's file tells of name servers, and stays", () => {
  const text =
    '[Match]\nName=eth0\n[Network]\nDNS=192.0.2.53\nDNS=192.0.2.54\nDomains=example.org a.example\n';
  const taken = takeOver(wish, bridge, link, networkd, {
    ...nobody,
    networkFile: { path: '/etc/systemd/network/10-eth0.network', text },
  });
  expect(bridgeOf(taken)).toMatchObject({
    dns: ['192.0.2.53', '192.0.2.54'],
    dnsSearch: ['example.org', 'a.example'],
  });
  expect(taken.edits.size).toBe(0);
});

test('what the task says of the bridge itself goes before', () => {
  const own: Addressing = { mode: 'static', ...UNADDRESSED, addresses: [parseAddress('192.0.2.6/24')] };
  expect(bridgeOf(takeOver(wish, { ...bridge, addressing: own }, link, kept, nobody))).toBe(own);
});

test.each<[string, Partial<Link>, Kept, Partial<Uplink>, RegExp]>([
  ['DHCP', { leased: { ...NOTHING, addresses: link.addresses } }, kept, {}, /by DHCP, which can't be moved/],
  ['NetworkManager', {}, kept, { networkManager: true }, /NetworkManager's: .*nmcli/],
  [
    'both',
    {},
    { ...kept, networkd: true },
    { networkFile: { path: '/etc/systemd/network/10-eth0.network', text: '' } },
    /systemd-networkd's by .*10-eth0.network, while ifupdown is in use/,
  ],
  [
    'a file before ours',
    {},
    networkd,
    { networkFile: { path: '/etc/systemd/network/00-eth0.network', text: '' } },
    /00-eth0.network goes before our 05-ovs-port-eth0.network/,
  ],
])('what keeps it otherwise is an error that says what to do: %s', (_, more, keeps, uplink, problem) => {
  const act = () => takeOver(wish, bridge, { ...link, ...more }, keeps, { ...nobody, ...uplink });
  expect(act).toThrow(problem);
  expect(act).toThrow(/^option 'ports\[1\].take_address': /);
});

test('only what has an address has something to give; what IPv6 gets by itself is none', () => {
  const bare = { ...link, addresses: [] };
  expect([undefined, bare, link].map(hasToGive)).toEqual([false, false, true]);
  const slaac = { ...NOTHING, addresses: [parseAddress('2001:db8::5/64')] };
  expect(hasToGive({ ...bare, leased: slaac })).toBe(false);
  expect(hasToGive({ ...bare, leased: { ...NOTHING, addresses: link.addresses } })).toBe(true);
});
