import { OptionError, optionAt } from '../failure.ts';
import { type Address, formatAddress, isHost, isLinkLocal, networkOf, rangeOf } from '../net/address.ts';
import { formatRoute, type Route, sameTarget } from '../net/route.ts';
import { linkOf, storedOf } from './live.ts';
import type { Kept, Link } from './observe.ts';
import type { LinkWish } from './wish.ts';

/** An address with the ends of its network, so that a thousand are soon compared with a thousand. */
interface Range {
  readonly address: Address;
  readonly first: bigint;
  readonly last: bigint;
}

/** What an interface has when the task is done, and what of it the task newly gives. */
interface Holder {
  readonly port: string;
  readonly at: string;
  readonly addresses: readonly Range[];
  readonly routes: readonly Route[];
  readonly newAddresses: readonly Range[];
  readonly newRoutes: readonly Route[];
}

const same = (a: Address, b: Address) => formatAddress(a) === formatAddress(b);

// What an interface has and keeps, leases included.
function staying(link: Link, gone: { addresses: readonly Address[]; routes: readonly Route[] }) {
  return {
    addresses: [...link.addresses, ...link.leased.addresses].filter(
      (one) => !gone.addresses.some((other) => same(one, other)),
    ),
    routes: [...link.routes, ...link.leased.routes].filter(
      (one) => !gone.routes.some((other) => sameTarget(one, other)),
    ),
  };
}

function holderOf(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept): Holder | undefined {
  const { port, at, addressing, device, internal } = wish;
  if (device === 'removed' && internal) return undefined;
  const link = device === 'recreated' ? (links.get(port) ?? linkOf(wish, links)) : linkOf(wish, links);
  const wanted = device === 'removed' ? { addresses: [], routes: [] } : addressing;
  // With nothing said of it, an interface keeps what it has.
  const gone = wish.gives ? link : storedOf(kept, port);
  const stays = staying(link, wanted ? gone : { addresses: [], routes: [] });
  const { addresses, routes } = wanted ?? { addresses: [], routes: [] };
  return {
    port,
    at,
    addresses: rangesOf([...stays.addresses, ...addresses]),
    routes: [...stays.routes, ...routes],
    newAddresses: rangesOf(addresses.filter((one) => !link.addresses.some((other) => same(one, other)))),
    newRoutes: routes.filter((one) => !link.routes.some((other) => sameTarget(one, other))),
  };
}

const alone = (port: string, { addresses, routes }: ReturnType<typeof staying>): Holder => ({
  port,
  at: '',
  addresses: rangesOf(addresses),
  routes,
  newAddresses: [],
  newRoutes: [],
});

// Each link has its own link-local addresses.
const rangesOf = (addresses: readonly Address[]): Range[] =>
  addresses.filter(({ ip }) => !isLinkLocal(ip)).map((address) => ({ address, ...rangeOf(address) }));

/** Whether two addresses can't be on two interfaces: one IP, or networks of which one has the other in it. */
function overlaps(a: Range, b: Range): boolean {
  if (a.address.family !== b.address.family || a.first > b.last || b.first > a.last) return false;
  // An address that stands for itself may lie in any network, as anycast does.
  return a.address.ip === b.address.ip || !(isHost(a.address) || isHost(b.address));
}

function refuseAddress({ port, at }: Holder, range: Range, other: Holder): void {
  const taken = other.addresses.find((one) => overlaps(range, one))?.address;
  if (!taken) return;
  const { address } = range;
  const what = `${formatAddress(address)} of '${port}'`;
  const whose = other.at ? ` (${other.at})` : '';
  throw new OptionError(
    optionAt(at, 'address'),
    address.ip === taken.ip
      ? `${what} is the address of '${other.port}'${whose} already: take it away there first, or give another`
      : `${what} overlaps with ${formatAddress(taken)} of '${other.port}'${whose}, so ${formatAddress(networkOf(address))} would be on two interfaces: give an address of another network, or this one as /${address.family === 4 ? 32 : 128} with 'routes' to what is behind it`,
  );
}

function refuseRoute({ port, at }: Holder, route: Route, other: Holder): void {
  const taken = other.routes.find((one) => sameTarget(route, one));
  if (!taken) return;
  const option = route.to.prefix === 0 && route.metric === undefined ? 'gateway' : 'routes';
  const way = "give 'routes' with another 'metric', or take that one away first";
  throw new OptionError(
    optionAt(at, option),
    `'${formatRoute(route)}' of '${port}' is a route of '${other.port}' already ('${formatRoute(taken)}'): ${way}`,
  );
}

/**
 * Looks for addresses and routes that a task newly gives to an interface and that another has, of the task or not; what
 * is there already is nobody's fault.
 * @throws OptionError that names both interfaces
 */
export function refuseOverlaps(
  wishes: readonly LinkWish[],
  links: ReadonlyMap<string, Link>,
  kept: Kept,
): void {
  if (
    !wishes.some(({ addressing }) => addressing && addressing.addresses.length + addressing.routes.length > 0)
  )
    return;
  const concerned = new Set(wishes.map(({ port }) => port));
  const others: Holder[] = [...links].flatMap(([port, link]) =>
    concerned.has(port) ? [] : alone(port, staying(link, { addresses: [], routes: [] })),
  );
  const ours = wishes.flatMap((wish) => holderOf(wish, links, kept) ?? []);
  const all = [...others, ...ours];
  for (const holder of ours) {
    for (const other of all) {
      if (other === holder) continue;
      for (const address of holder.newAddresses) refuseAddress(holder, address, other);
      for (const route of holder.newRoutes) refuseRoute(holder, route, other);
    }
  }
}
