import { type Address, formatAddress } from '../net/address.ts';
import { hasOvsHook } from '../net/ifupdown.ts';
import type { Addressing } from '../net/port.ts';
import { formatRoute, inOrder, type Route, sameRoute } from '../net/route.ts';
import { FILES, fileOf, formerFile, KEEPERS } from './files.ts';
import type { Names } from './names.ts';
import type { Kept, Link } from './observe.ts';
import type { LinkWish } from './wish.ts';

/** What is done to one interface, in the order of the fields. */
export interface LiveChange {
  /**
   * ifupdown takes it down; `bare` without its hooks, of which Open vSwitch's would delete the port. `forget` does
   * nothing to the interface: taking it down would flush the addresses of others.
   */
  readonly release: 'no' | 'bare' | 'full' | 'forget';
  readonly remove: readonly Address[];
  readonly removeRoutes: readonly Route[];
  readonly add: readonly Address[];
  readonly addRoutes: readonly Route[];
  readonly up: boolean;
  /** ifupdown, or networkd, configures it by its file. */
  readonly raise: boolean;
  /** Name servers that ifupdown's hooks are told of: undefined for none, and not there when they are right. */
  readonly names?: Names | undefined;
  /**
   * What others gave to the interface and may have gone with the rest: the kernel drops a route with the address that it
   * needs, and networkd all that isn't its own (measured).
   */
  readonly again: { readonly addresses: readonly Address[]; readonly routes: readonly Route[] };
  readonly before: object;
  readonly after: object;
}

const NOTHING: Link = {
  up: false,
  addresses: [],
  routes: [],
  leased: { addresses: [], routes: [] },
};

/** A change that does nothing. */
const STILL: LiveChange = {
  release: 'no',
  remove: [],
  removeRoutes: [],
  add: [],
  addRoutes: [],
  up: false,
  raise: false,
  again: { addresses: [], routes: [] },
  before: {},
  after: {},
};

const same = (a: Address, b: Address) => a.ip === b.ip && a.prefix === b.prefix;
const within = (address: Address, list: readonly Address[]) => list.some((one) => same(one, address));
const minus = (list: readonly Address[], other: readonly Address[]) =>
  list.filter((address) => !within(address, other));

const amongRoutes = (route: Route, list: readonly Route[]) => list.some((one) => sameRoute(one, route));
const withoutRoutes = (list: readonly Route[], other: readonly Route[]) =>
  list.filter((route) => !amongRoutes(route, other));

/** What files of ours gave to a port. */
export function storedOf(kept: Kept, port: string) {
  const files = KEEPERS.map((keeper) => FILES[keeper].parse(kept.files.get(fileOf(keeper, port)) ?? ''));
  files.push(FILES.networkd.parse(kept.files.get(formerFile(port)) ?? ''));
  return {
    addresses: files.flatMap(({ addresses }) => addresses),
    routes: files.flatMap(({ routes }) => routes),
  };
}

/** The interface as it will be before it is configured. */
export function linkOf({ internal, device, port }: LinkWish, links: ReadonlyMap<string, Link>): Link {
  return internal && device !== 'kept' ? NOTHING : (links.get(port) ?? NOTHING);
}

/** Puts back on a recreated interface what it had, when the task says nothing of its addresses. */
export function restore(wish: LinkWish, links: ReadonlyMap<string, Link>): LiveChange | undefined {
  const had = links.get(wish.port);
  if (!wish.internal || wish.device !== 'recreated' || !had) return undefined;
  const { up, addresses, routes } = had;
  return { ...STILL, add: addresses, up, again: { addresses: [], routes } };
}

/** Takes away what was put on an interface whose port goes; one of Open vSwitch's own goes with it. */
export function strip(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept): LiveChange | undefined {
  const { addresses: had, routes } = links.get(wish.port) ?? NOTHING;
  const stored = storedOf(kept, wish.port);
  const remove = had.filter((address) => within(address, stored.addresses));
  const removeRoutes = wish.internal ? [] : routes.filter((route) => amongRoutes(route, stored.routes));
  const raised = kept.raised.has(wish.port);
  const named = kept.keeper === 'ifupdown' && namesOf(kept, wish.port) !== undefined;
  if (remove.length === 0 && removeRoutes.length === 0 && !raised) return undefined;
  const stays = wish.internal ? [] : minus(had, remove);
  return {
    ...STILL,
    release: !raised ? 'no' : wasDhcp(kept, wish.port) ? releaseOf(kept, wish.port) : 'forget',
    remove: wish.internal ? [] : remove,
    removeRoutes,
    ...(named && { names: undefined }),
    before: {
      addresses: had.map(formatAddress),
      ...(removeRoutes.length > 0 && { routes: routes.map(formatRoute) }),
      ...(raised && { raised }),
    },
    after: {
      addresses: stays.map(formatAddress),
      ...(removeRoutes.length > 0 && { routes: withoutRoutes(routes, removeRoutes).map(formatRoute) }),
      ...(raised && { raised: false }),
    },
  };
}

const ifupdownFile = (kept: Kept, port: string) => kept.files.get(fileOf('ifupdown', port)) ?? '';
const wasDhcp = (kept: Kept, port: string) => FILES.ifupdown.parse(ifupdownFile(kept, port)).mode === 'dhcp';

// They stand in the first stanza, whose family a hook keeps them by.
function namesIn({ mode, addresses, dns, dnsSearch }: Omit<Addressing, 'mode'> & { mode?: unknown }) {
  const family = mode === 'static' ? (addresses[0]?.family ?? 4) : 4;
  return dns.length > 0 || dnsSearch.length > 0 ? ({ dns, dnsSearch, family } as const) : undefined;
}

const namesOf = (kept: Kept, port: string) => namesIn(FILES.ifupdown.parse(ifupdownFile(kept, port)));
const releaseOf = (kept: Kept, port: string) => (hasOvsHook(ifupdownFile(kept, port)) ? 'bare' : 'full');

/**
 * What makes an interface have the wanted addresses now, and those that a file of ours had given it no more.
 * ifupdown configures what it doesn't hold to be up already, since it would fail at its next start on an
 * address that is there (measured: `ipv4: Address already assigned`); the rest is done to the interface itself.
 * @param rewritten whether the port's file changes
 */
export function configure(
  wish: LinkWish & { addressing: Addressing },
  links: ReadonlyMap<string, Link>,
  kept: Kept,
  rewritten: boolean,
): LiveChange | undefined {
  const { port, addressing, device } = wish;
  const { mode, addresses, routes } = addressing;
  const live = linkOf(wish, links);
  const stored = wish.gives ? live : storedOf(kept, port);
  const stale = minus(stored.addresses, addresses);
  const goes = (one: Address) => within(one, stale) || addresses.some(({ ip }) => ip === one.ip);
  const remove = minus(live.addresses, addresses).filter(goes);
  const add = minus(addresses, live.addresses);
  const staleRoutes = withoutRoutes(stored.routes, routes);
  const removeRoutes = live.routes.filter((route) => amongRoutes(route, staleRoutes));
  const addRoutes = withoutRoutes(routes, live.routes);
  const ifupdown = kept.keeper === 'ifupdown';
  const raised = ifupdown && kept.raised.has(port);
  const again = mode === 'dhcp' && (rewritten || device !== 'kept');
  const release = raised && wasDhcp(kept, port) && (mode !== 'dhcp' || again);
  const raise = ifupdown ? !raised || release || again : rewritten || again;
  const rerouted = removeRoutes.length > 0 || addRoutes.length > 0;
  const visible = remove.length > 0 || add.length > 0 || rerouted || !live.up || (ifupdown && !raised);
  const names = namesIn(addressing);
  // What ifupdown raises, its hooks see anyway.
  const renamed = ifupdown && !raise && JSON.stringify(names) !== JSON.stringify(namesOf(kept, port));
  if (!visible && !raise && !release && !renamed) return undefined;
  const after = [...minus(live.addresses, remove), ...add];
  const afterRoutes = [...withoutRoutes(live.routes, removeRoutes), ...addRoutes];
  const told = (up: boolean, list: readonly Address[], ways: readonly Route[], held: boolean) => ({
    ...((remove.length > 0 || add.length > 0) && { addresses: list.map(formatAddress) }),
    ...(rerouted && { routes: ways.map(formatRoute) }),
    ...(!live.up && { up }),
    ...(ifupdown && !raised && { raised: held }),
  });
  const clash = ifupdown && raise ? addresses.filter((address) => within(address, live.addresses)) : [];
  const removed = [...remove, ...clash];
  const reset = removed.length > 0 || (!ifupdown && raise);
  const others = withoutRoutes(live.routes, [...removeRoutes, ...routes]);
  return {
    release: release ? releaseOf(kept, port) : 'no',
    remove: removed,
    removeRoutes,
    add: ifupdown && raise ? [] : add,
    addRoutes: ifupdown && raise ? [] : inOrder(reset ? routes : addRoutes),
    ...(renamed && { names }),
    again: reset
      ? {
          addresses: ifupdown ? [] : minus(live.addresses, [...removed, ...addresses]),
          routes: inOrder(others),
        }
      : STILL.again,
    up: !live.up && !(ifupdown && raise),
    raise,
    before: told(false, live.addresses, live.routes, false),
    after: told(true, after, afterRoutes, true),
  };
}
