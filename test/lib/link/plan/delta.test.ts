import { expect, test } from 'vitest';
import { fileOf } from '../../../../modules/lib/link/files.ts';
import type { Kept, Link } from '../../../../modules/lib/link/observe.ts';
import { byIfupdown } from '../../../../modules/lib/link/plan/by-ifupdown.ts';
import { byNetworkd } from '../../../../modules/lib/link/plan/by-networkd.ts';
import { deltaOf, isSame, type LinkDelta } from '../../../../modules/lib/link/plan/delta.ts';
import { formatAddress, parseAddress } from '../../../../modules/lib/net/address.ts';
import { renderIfupdown } from '../../../../modules/lib/net/ifupdown.ts';
import { type AddressMode, UNADDRESSED } from '../../../../modules/lib/net/port.ts';
import { defaultRoute, formatRoute } from '../../../../modules/lib/net/route.ts';

const PORT = { port: 'p0', bridge: 'br0', at: '', internal: true } as const;
const [A, B, WIDE] = ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.1/16'];
const ROUTE = 'default via 10.0.0.9';
const parse = (texts: readonly string[]) => texts.map((text) => parseAddress(text));
const routed = (texts: readonly string[]) => texts.map(() => defaultRoute('10.0.0.9'));

const static_ = (addresses: readonly string[], routes: readonly string[] = []) => ({
  ...UNADDRESSED,
  mode: 'static' as AddressMode,
  addresses: parse(addresses),
  routes: routed(routes),
});

const linkOf = (addresses: readonly string[], routes: readonly string[] = [], up = true): Link => ({
  up,
  addresses: parse(addresses),
  routes: routed(routes),
  leased: { addresses: [], routes: [] },
});

const texts = ({ remove, add, removeRoutes, addRoutes }: LinkDelta) => [
  ...remove.map((one) => `-${formatAddress(one)}`),
  ...add.map((one) => `+${formatAddress(one)}`),
  ...removeRoutes.map((one) => `-${formatRoute(one)}`),
  ...addRoutes.map((one) => `+${formatRoute(one)}`),
];

interface Row {
  current?: string[];
  currentRoutes?: string[];
  stored?: string[];
  storedRoutes?: string[];
  desired?: string[];
  desiredRoutes?: string[];
  mode?: AddressMode;
  up?: boolean;
  device?: 'kept' | 'recreated';
  gives?: true;
  rewritten?: boolean;
}

function delta(row: Row): LinkDelta {
  const { current = [], currentRoutes, stored = [], storedRoutes, desired = [], desiredRoutes } = row;
  const file = renderIfupdown({ port: 'p0', bridge: 'br0', ...static_(stored, storedRoutes) });
  const kept = { files: new Map([[fileOf('ifupdown', 'p0'), file]]) } as unknown as Kept;
  const { device = 'kept', mode = 'static', gives, up, rewritten = false } = row;
  const addressing = { ...static_(desired, desiredRoutes), mode };
  const links = new Map([['p0', linkOf(current, currentRoutes, up)]]);
  return deltaOf({ ...PORT, device, addressing, ...(gives && { gives }) }, links, kept, rewritten);
}

test.each<[string, Row, string[]]>([
  ['equal', { current: [A], stored: [A], desired: [A] }, []],
  ['a new address', { desired: [A] }, [`+${A}`]],
  ['another address', { current: [A], stored: [A], desired: [B] }, [`-${A}`, `+${B}`]],
  ['no address', { current: [A], stored: [A] }, [`-${A}`]],
  ["others' address", { current: [A, B], stored: [A], desired: [A] }, []],
  ["others' address with another prefix", { current: [A], desired: [WIDE] }, [`-${A}`, `+${WIDE}`]],
  ['a stored address that is missing', { stored: [A] }, []],
  ['an interface that gives all', { current: [A, B], gives: true }, [`-${A}`, `-${B}`]],
  ['a recreated interface', { current: [A], stored: [A], desired: [A], device: 'recreated' }, [`+${A}`]],
  ['a new route', { desiredRoutes: [ROUTE] }, [`+${ROUTE}`]],
  ['a removed route', { currentRoutes: [ROUTE], storedRoutes: [ROUTE] }, [`-${ROUTE}`]],
  ["others' route", { currentRoutes: [ROUTE] }, []],
])('the delta of %s', (_, row, expected) => {
  expect(texts(delta(row))).toEqual(expected);
});

test.each<[string, Row, boolean]>([
  ['equal and up', { current: [A], desired: [A] }, true],
  ['down', { current: [A], desired: [A], up: false }, false],
  ['another address', { current: [A], desired: [B] }, false],
])('an interface is as desired or not: %s', (_, row, same) => {
  expect(isSame(delta(row))).toBe(same);
});

test.each<[string, Row, boolean]>([
  ['a new file', { mode: 'dhcp', rewritten: true }, true],
  ['a recreated interface', { mode: 'dhcp', device: 'recreated' }, true],
  ['neither', { mode: 'dhcp' }, false],
  ['not by DHCP', { rewritten: true }, false],
])('a DHCP client starts: %s', (_, row, leases) => {
  expect(delta(row).leases).toBe(leases);
});

const UP = { raised: true, dhcp: false, names: undefined, release: 'full' } as const;
const DOWN = { ...UP, raised: false };
const DHCP = { ...UP, dhcp: true };
const NAMES = { dns: ['10.0.0.53'], dnsSearch: [], family: 4 } as const;

test.each<[string, Row, Parameters<typeof byIfupdown>[1], object | undefined]>([
  ['equal', { current: [A], desired: [A] }, UP, undefined],
  ['not raised yet', { desired: [A] }, DOWN, { raise: true, add: [], up: false, remove: [] }],
  ['an address before it is raised', { current: [A], desired: [A] }, DOWN, { remove: parse([A]), add: [] }],
  ['another address', { stored: [A], current: [A], desired: [B] }, UP, { raise: false, add: parse([B]) }],
  ['down', { current: [A], desired: [A], up: false }, UP, { raise: false, up: true }],
  ['from DHCP to static', { desired: [A] }, DHCP, { release: 'full', raise: true }],
  ['with a hook of Open vSwitch', { desired: [A] }, { ...DHCP, release: 'bare' }, { release: 'bare' }],
  ['DHCP goes on', { mode: 'dhcp' }, DHCP, undefined],
  ['DHCP with a new file', { mode: 'dhcp', rewritten: true }, DHCP, { release: 'full', raise: true }],
  ['other name servers', { current: [A], desired: [A] }, { ...UP, names: NAMES }, { names: undefined }],
  [
    'a route that an address takes with it',
    { stored: [A], current: [A], currentRoutes: [ROUTE] },
    UP,
    { again: { addresses: [], routes: routed([ROUTE]) } },
  ],
])('by ifupdown: %s', (_, row, before, expected) => {
  const change = byIfupdown(delta(row), before);
  if (expected) expect(change).toMatchObject(expected);
  else expect(change).toBeUndefined();
});

test.each<[string, Row, object | undefined]>([
  ['equal', { current: [A], desired: [A] }, undefined],
  ['a new address', { desired: [A] }, { raise: false, add: parse([A]) }],
  ['a new file', { current: [A], desired: [A], rewritten: true }, { raise: true, add: [] }],
  ['DHCP goes on', { mode: 'dhcp' }, undefined],
  ['DHCP on a recreated interface', { mode: 'dhcp', device: 'recreated' }, { raise: true, up: true }],
  ['down', { current: [A], desired: [A], up: false }, { raise: false, up: true }],
  [
    "others' addresses, which a new file removes",
    { current: [A, B], currentRoutes: [ROUTE], desired: [A], rewritten: true },
    { again: { addresses: parse([B]), routes: routed([ROUTE]) } },
  ],
  [
    'desired routes, which an address takes with it',
    { stored: [A], current: [A, B], currentRoutes: [ROUTE], desired: [B], desiredRoutes: [ROUTE] },
    { remove: parse([A]), addRoutes: routed([ROUTE]) },
  ],
])('by networkd: %s', (_, row, expected) => {
  const change = byNetworkd(delta(row));
  if (expected) expect(change).toMatchObject({ release: 'no', ...expected });
  else expect(change).toBeUndefined();
});
