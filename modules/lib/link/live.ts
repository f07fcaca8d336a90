import { type Address, formatAddress } from '../net/address.ts';
import { hasOvsHook } from '../net/ifupdown.ts';
import type { Addressing } from '../net/port.ts';
import { formatRoute, type Route, sameRoute, sameTarget } from '../net/route.ts';
import { FILES, fileOf, KEEPERS } from './files.ts';
import type { Kept, Link } from './observe.ts';
import type { LinkWish } from './wish.ts';

/** What is done to one interface, in the order of the fields. */
export interface LiveChange {
  /**
   * ifupdown takes it down; `bare` without its hooks, of which Open vSwitch's would delete the port. `forget` comes
   * when the file is gone, and does nothing to the interface: taking it down would flush the addresses of others.
   */
  readonly release: 'no' | 'bare' | 'full' | 'forget';
  readonly remove: readonly Address[];
  readonly add: readonly Address[];
  readonly removeRoutes: readonly Route[];
  readonly addRoutes: readonly Route[];
  /** Its name servers, where they are told to others now; none to take back those that were. */
  readonly names: Pick<Addressing, 'dns' | 'dnsSearch'> | undefined;
  readonly up: boolean;
  /** ifupdown, or networkd, configures it by its file. */
  readonly raise: boolean;
  readonly before: object;
  readonly after: object;
}

const NOTHING: Link = { up: false, addresses: [], dynamic: false, routes: [] };

const same = (a: Address, b: Address) => a.ip === b.ip && a.prefix === b.prefix;
const within = (address: Address, list: readonly Address[]) => list.some((one) => same(one, address));
const minus = (list: readonly Address[], other: readonly Address[]) =>
  list.filter((address) => !within(address, other));

const isIn = (route: Route, list: readonly Route[]) => list.some((one) => sameRoute(one, route));

/** What files of ours gave to a port. */
export function storedOf(
  kept: Kept,
  port: string,
): Pick<Addressing, 'addresses' | 'routes' | 'dns' | 'dnsSearch'> {
  const files = KEEPERS.map((keeper) => FILES[keeper].parse(kept.files.get(fileOf(keeper, port)) ?? ''));
  return {
    addresses: files.flatMap(({ addresses }) => addresses),
    routes: files.flatMap(({ routes }) => routes),
    dns: files.flatMap(({ dns }) => dns),
    dnsSearch: files.flatMap(({ dnsSearch }) => dnsSearch),
  };
}

const NO_CHANGE = {
  release: 'no',
  remove: [],
  add: [],
  removeRoutes: [],
  addRoutes: [],
  names: undefined,
  up: false,
  raise: false,
} as const;

/** The interface as it will be before it is configured. */
export function linkOf({ internal, device, port }: LinkWish, links: ReadonlyMap<string, Link>): Link {
  return internal && device !== 'kept' ? NOTHING : (links.get(port) ?? NOTHING);
}

/** Puts back on a recreated interface what it had, when the task says nothing of its addresses. */
export function restore(wish: LinkWish, links: ReadonlyMap<string, Link>): LiveChange | undefined {
  const had = links.get(wish.port);
  if (!wish.internal || wish.device !== 'recreated' || !had) return undefined;
  const { up, addresses, routes } = had;
  return { ...NO_CHANGE, add: addresses, addRoutes: routes, up, before: {}, after: {} };
}

/** Takes away what was put on an interface whose port goes; one of Open vSwitch's own goes with it. */
export function strip(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept): LiveChange | undefined {
  const { addresses: had, routes } = links.get(wish.port) ?? NOTHING;
  const stored = storedOf(kept, wish.port);
  const remove = had.filter((address) => within(address, stored.addresses));
  const raised = kept.raised.has(wish.port);
  const names = stored.dns.length > 0 ? { dns: [], dnsSearch: [] } : undefined;
  if (remove.length === 0 && !raised && !names) return undefined;
  const stays = wish.internal ? [] : minus(had, remove);
  return {
    ...NO_CHANGE,
    names,
    removeRoutes: wish.internal ? [] : routes.filter((route) => isIn(route, stored.routes)),
    release: !raised ? 'no' : wasDhcp(kept, wish.port) ? releaseOf(kept, wish.port) : 'forget',
    remove: wish.internal ? [] : remove,
    before: { addresses: had.map(formatAddress), ...(raised && { raised }) },
    after: { addresses: stays.map(formatAddress), ...(raised && { raised: false }) },
  };
}

const ifupdownFile = (kept: Kept, port: string) => kept.files.get(fileOf('ifupdown', port)) ?? '';
const wasDhcp = (kept: Kept, port: string) => FILES.ifupdown.parse(ifupdownFile(kept, port)).mode === 'dhcp';
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
  const { mode, addresses, routes, dns, dnsSearch } = addressing;
  const live = linkOf(wish, links);
  const stored = wish.gives ? { ...storedOf(kept, port), ...live } : storedOf(kept, port);
  const stale = minus(stored.addresses, addresses);
  const goes = (one: Address) => within(one, stale) || addresses.some(({ ip }) => ip === one.ip);
  const remove = minus(live.addresses, addresses).filter(goes);
  const add = minus(addresses, live.addresses);
  const ifupdown = kept.keeper === 'ifupdown';
  const raised = ifupdown && kept.raised.has(port);
  const again = mode === 'dhcp' && (rewritten || device !== 'kept');
  const release = raised && wasDhcp(kept, port) && (mode !== 'dhcp' || again);
  const raise = ifupdown ? !raised || release || again : rewritten || again;
  const ways = routesBy(routes, stored.routes, live.routes, remove.length > 0);
  // networkd tells of them itself; and so do ifupdown's hooks.
  const told = [dns, dnsSearch].some((list, i) => !equal(list, [stored.dns, stored.dnsSearch][i] ?? []));
  const names =
    ifupdown && !raise && (told || (dns.length > 0 && device !== 'kept')) ? { dns, dnsSearch } : undefined;
  const visible = remove.length > 0 || add.length > 0 || ways.changed || !live.up || (ifupdown && !raised);
  if (!visible && !raise && !release && !names) return undefined;
  const after = [...minus(live.addresses, remove), ...add];
  const state = (up: boolean, list: readonly Address[], through: readonly Route[], held: boolean) => ({
    ...((remove.length > 0 || add.length > 0) && { addresses: list.map(formatAddress) }),
    ...(ways.changed && { routes: through.map(formatRoute) }),
    ...(!live.up && { up }),
    ...(ifupdown && !raised && { raised: held }),
  });
  const clash = ifupdown && raise ? addresses.filter((address) => within(address, live.addresses)) : [];
  return {
    release: release ? releaseOf(kept, port) : 'no',
    remove: [...remove, ...clash],
    add: ifupdown && raise ? [] : add,
    removeRoutes: ways.remove,
    addRoutes: ifupdown && raise ? [] : ways.add,
    names,
    up: !live.up && !(ifupdown && raise),
    raise,
    before: state(false, live.addresses, live.routes, false),
    after: state(true, after, ways.after, true),
  };
}

const equal = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What becomes of an interface's routes: those that an earlier task gave and this one doesn't go; those of others stay.
 * @param again whether an address goes: the kernel drops routes with an interface's last one
 */
function routesBy(
  wanted: readonly Route[],
  stored: readonly Route[],
  live: readonly Route[],
  again: boolean,
) {
  const stale = live.filter((route) => isIn(route, stored) && !isIn(route, wanted));
  // `replace` does away with another route to the same network.
  const remove = stale.filter((route) => !wanted.some((one) => sameTarget(one, route)));
  const lacking = wanted.filter((route) => !isIn(route, live));
  const kept = live.filter((route) => !isIn(route, remove) && !lacking.some((one) => sameTarget(one, route)));
  return {
    remove,
    add: again ? wanted : lacking,
    changed: remove.length + lacking.length > 0,
    after: [...kept, ...lacking],
  };
}
