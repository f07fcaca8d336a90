import { OptionError } from '../failure.ts';
import { type Address, formatAddress, networkOf } from '../net/address.ts';
import { formatRoute, type Route, sameTarget } from '../net/route.ts';
import { linkOf, storedOf } from './live.ts';
import type { Kept, Link } from './observe.ts';
import type { LinkWish } from './wish.ts';

/** What an interface will have. */
interface Holding {
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

const minus = (list: readonly Address[], gone: readonly Address[]) =>
  list.filter((one) => !gone.some((other) => formatAddress(other) === formatAddress(one)));

function held(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept): Holding {
  const { port: name, addressing, device, internal } = wish;
  if (addressing && device !== 'removed') return { name, ...addressing };
  const { addresses, routes } =
    device === 'recreated' ? (links.get(name) ?? linkOf(wish, links)) : linkOf(wish, links);
  if (device !== 'removed') return { name, addresses, routes };
  return { name, addresses: internal ? [] : minus(addresses, storedOf(kept, name).addresses), routes: [] };
}

// One of a single address has no neighbours: a loopback's, a tunnel's end, RFC 3021.
const isSingle = ({ family, prefix }: Address) => prefix >= (family === 4 ? 31 : 127);

const sameNetwork = (a: Address, b: Address) =>
  a.family === b.family &&
  a.prefix === b.prefix &&
  !isSingle(a) &&
  formatAddress(networkOf(a)) === formatAddress(networkOf(b));

const optionAt = ({ at }: LinkWish, option: string) => (at ? `${at}.${option}` : option);

/**
 * Refuses an address, a network or a route that another interface has or is to have: the kernel would take it, and
 * answers would go the wrong way.
 * @throws OptionError
 */
export function refuseClashes(
  wishes: readonly LinkWish[],
  links: ReadonlyMap<string, Link>,
  kept: Kept,
): void {
  const wished = new Set(wishes.map(({ port }) => port));
  const all = [
    ...wishes.map((wish) => held(wish, links, kept)),
    ...[...links].flatMap(([name, link]) => (wished.has(name) ? [] : [{ name, ...link }])),
  ];
  for (const wish of wishes) {
    const { addressing, device, port } = wish;
    if (!addressing || device === 'removed') continue;
    for (const other of all.filter(({ name }) => name !== port)) {
      refuseAddresses(wish, addressing.addresses, other);
      refuseRoutes(wish, addressing.routes, other);
    }
  }
}

function refuseAddresses(wish: LinkWish, addresses: readonly Address[], other: Holding): void {
  for (const address of addresses) {
    const clash = other.addresses.find((one) => one.ip === address.ip || sameNetwork(one, address));
    if (!clash) continue;
    const what =
      clash.ip === address.ip ? 'is an address of' : `is in the network of ${formatAddress(clash)} on`;
    const way = 'give one of another network, or take that one away first';
    throw new OptionError(
      optionAt(wish, 'address'),
      `'${formatAddress(address)}' for '${wish.port}' ${what} interface '${other.name}': ${way}`,
    );
  }
}

function refuseRoutes(wish: LinkWish, routes: readonly Route[], other: Holding): void {
  for (const route of routes) {
    const clash = other.routes.find((one) => sameTarget(one, route));
    if (!clash) continue;
    const option = route.to.prefix === 0 && route.metric === undefined ? 'gateway' : 'routes';
    const way = "give this one among 'routes' with a 'metric', or take that one away first";
    throw new OptionError(
      optionAt(wish, option),
      `'${formatRoute(route)}' through '${wish.port}': there is '${formatRoute(clash)}' through '${other.name}' already: ${way}`,
    );
  }
}
