import { expect, test } from 'vitest';
import type { DesiredLink } from '../../../../modules/lib/link/desired.ts';
import type { Kept, Link } from '../../../../modules/lib/link/observe.ts';
import { hasToGive, takeOver } from '../../../../modules/lib/link/plan/take.ts';
import type { Uplink } from '../../../../modules/lib/link/uplink.ts';
import { parseAddress } from '../../../../modules/lib/net/address.ts';
import { type Addressing, UNADDRESSED } from '../../../../modules/lib/net/port.ts';
import { defaultRoute } from '../../../../modules/lib/net/route.ts';

const NOTHING = { addresses: [], routes: [] };
const link: Link = {
  up: true,
  addresses: [parseAddress('192.0.2.5/24')],
  routes: [defaultRoute('192.0.2.1')],
  leased: NOTHING,
};
const kept = { keeper: 'ifupdown', networkd: false } as Kept;
const networkd = { keeper: 'networkd', networkd: true } as Kept;
const nic: DesiredLink = {
  at: 'ports[1]',
  port: 'eth0',
  bridge: 'br-ex',
  addressing: { mode: 'manual', ...UNADDRESSED },
  device: 'new',
  internal: false,
};
const bridge: DesiredLink = { ...nic, port: 'br-ex', addressing: undefined, internal: true };
const unmanaged: Uplink = { files: new Map(), networkFile: undefined, networkManager: false };
const INTERFACES = '/etc/network/interfaces';
const TEXT = `auto lo eth0
iface lo inet loopback
iface eth0 inet static
  address 192.0.2.5/24
  dns-nameservers 192.0.2.53 fd00::53
  dns-search example.org
`;

const bridgeOf = (taken: { links: readonly DesiredLink[] }) =>
  taken.links.find(({ port }) => port === 'br-ex')?.addressing;

test("a bridge takes addresses, routes and name servers, and ifupdown's stanza is removed", () => {
  const taken = takeOver(nic, bridge, link, kept, { ...unmanaged, files: new Map([[INTERFACES, TEXT]]) });
  expect(bridgeOf(taken)).toEqual({
    mode: 'static',
    addresses: link.addresses,
    routes: link.routes,
    dns: ['192.0.2.53', 'fd00::53'],
    dnsSearch: ['example.org'],
  });
  expect(taken.links.find(({ port }) => port === 'eth0')).toMatchObject({ gives: true });
  expect(taken.edits).toEqual(
    new Map([[INTERFACES, { before: TEXT, after: 'auto lo\niface lo inet loopback\n' }]]),
  );
});

test("name servers come from networkd's file, which is kept", () => {
  const text =
    '[Match]\nName=eth0\n[Network]\nDNS=192.0.2.53\nDNS=192.0.2.54\nDomains=example.org a.example\n';
  const taken = takeOver(nic, bridge, link, networkd, {
    ...unmanaged,
    networkFile: { path: '/etc/systemd/network/10-eth0.network', text },
  });
  expect(bridgeOf(taken)).toMatchObject({
    dns: ['192.0.2.53', '192.0.2.54'],
    dnsSearch: ['example.org', 'a.example'],
  });
  expect(taken.edits.size).toBe(0);
});

test('addresses that the task gives the bridge have precedence', () => {
  const own: Addressing = { mode: 'static', ...UNADDRESSED, addresses: [parseAddress('192.0.2.6/24')] };
  expect(bridgeOf(takeOver(nic, { ...bridge, addressing: own }, link, kept, unmanaged))).toBe(own);
});

test.each<[string, Partial<Link>, Kept, Partial<Uplink>, RegExp]>([
  ['DHCP', { leased: { ...NOTHING, addresses: link.addresses } }, kept, {}, /by DHCP, which can't be moved/],
  ['NetworkManager', {}, kept, { networkManager: true }, /managed by NetworkManager: .*nmcli/],
  [
    'both',
    {},
    { ...kept, networkd: true },
    { networkFile: { path: '/etc/systemd/network/10-eth0.network', text: '' } },
    /managed by systemd-networkd .*10-eth0.network\), while ifupdown is in use/,
  ],
  [
    'a file before ours',
    {},
    networkd,
    { networkFile: { path: '/etc/systemd/network/00-eth0.network', text: '' } },
    /00-eth0.network has precedence over our 05-ovs-port-eth0.network/,
  ],
])('a NIC whose configuration cannot be changed is an error: %s', (_, more, keeps, uplink, problem) => {
  const act = () => takeOver(nic, bridge, { ...link, ...more }, keeps, { ...unmanaged, ...uplink });
  expect(act).toThrow(problem);
  expect(act).toThrow(/^option 'ports\[1\].take_address': /);
});

test('an interface with an address or a DHCP lease has something to give; IPv6 autoconfiguration does not count', () => {
  const bare = { ...link, addresses: [] };
  expect([undefined, bare, link].map(hasToGive)).toEqual([false, false, true]);
  const slaac = { ...NOTHING, addresses: [parseAddress('2001:db8::5/64')] };
  expect(hasToGive({ ...bare, leased: slaac })).toBe(false);
  expect(hasToGive({ ...bare, leased: { ...NOTHING, addresses: link.addresses } })).toBe(true);
});
