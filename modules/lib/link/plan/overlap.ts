import { OptionError, optionAt } from '../../failure.ts';
import {
  type Address,
  formatAddress,
  isHost,
  isLinkLocal,
  networkOf,
  rangeOf,
  withoutAddresses,
} from '../../net/address.ts';
import { formatRoute, type Route, sameTarget } from '../../net/route.ts';
import type { DesiredLink } from '../desired.ts';
import type { Given, Kept, Link } from '../observe.ts';
import { currentLink, storedOf } from './delta.ts';

/** An address with the ends of its network as numbers, which makes comparing thousands of them fast. */
interface Range {
  readonly address: Address;
  readonly first: bigint;
  readonly last: bigint;
}

/** What an interface has after the task, and what of it is new. */
interface Holder {
  readonly port: string;
  readonly at: string;
  readonly addresses: readonly Range[];
  readonly routes: readonly Route[];
  readonly newAddresses: readonly Range[];
  readonly newRoutes: readonly Route[];
}

const NOTHING: Given = { addresses: [], routes: [] };

const withoutTargets = (routes: readonly Route[], others: readonly Route[]) =>
  routes.filter((route) => !others.some((other) => sameTarget(route, other)));

/** What an interface has and keeps, leases included. */
const remaining = ({ addresses, routes, leased }: Link, removed: Given): Given => ({
  addresses: withoutAddresses([...addresses, ...leased.addresses], removed.addresses),
  routes: withoutTargets([...routes, ...leased.routes], removed.routes),
});

function holderOf(desired: DesiredLink, links: ReadonlyMap<string, Link>, kept: Kept): Holder | undefined {
  const { port, at, addressing, device, internal } = desired;
  if (device === 'removed' && internal) return undefined;
  const current = currentLink(desired, links);
  const link = device === 'recreated' ? (links.get(port) ?? current) : current;
  const { addresses, routes } = (device !== 'removed' && addressing) || NOTHING;
  // An interface of which the task doesn't configure the addresses keeps them.
  const keeps = device !== 'removed' && !addressing;
  const given = desired.gives ? link : storedOf(kept, port);
  const rest = remaining(link, keeps ? NOTHING : given);
  return {
    port,
    at,
    addresses: rangesOf([...rest.addresses, ...addresses]),
    routes: [...rest.routes, ...routes],
    // What a NIC gets back is on the host already, whatever it overlaps with.
    newAddresses: desired.returned ? [] : rangesOf(withoutAddresses(addresses, link.addresses)),
    newRoutes: desired.returned ? [] : withoutTargets(routes, link.routes),
  };
}

const unconcerned = (port: string, { addresses, routes }: Given): Holder => ({
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
  // A host address (/32, /128) may be within any network, as anycast addresses are.
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
      ? `${what} is already the address of '${other.port}'${whose}: remove it there first, or give another`
      : `${what} overlaps with ${formatAddress(taken)} of '${other.port}'${whose}, so ${formatAddress(networkOf(address))} would be on two interfaces: give an address of another network, or this one as /${address.family === 4 ? 32 : 128} with 'routes' to what is behind it`,
  );
}

function refuseRoute({ port, at }: Holder, route: Route, other: Holder): void {
  const taken = other.routes.find((one) => sameTarget(route, one));
  if (!taken) return;
  const option = route.to.prefix === 0 && route.metric === undefined ? 'gateway' : 'routes';
  const fix = "give 'routes' with another 'metric', or remove that one first";
  throw new OptionError(
    optionAt(at, option),
    `'${formatRoute(route)}' of '${port}' is already a route of '${other.port}' ('${formatRoute(taken)}'): ${fix}`,
  );
}

/**
 * Refuses new addresses and routes that another interface has, of the task or not. Those that overlap already are kept.
 * @throws OptionError that names both interfaces
 */
export function refuseOverlaps(
  desired: readonly DesiredLink[],
  links: ReadonlyMap<string, Link>,
  kept: Kept,
): void {
  const gives = ({ addressing }: DesiredLink) =>
    addressing && addressing.addresses.length + addressing.routes.length > 0;
  if (!desired.some(gives)) return;
  const concerned = new Set(desired.map(({ port }) => port));
  const others = [...links].flatMap(([port, link]) =>
    concerned.has(port) ? [] : unconcerned(port, remaining(link, NOTHING)),
  );
  const ours = desired.flatMap((link) => holderOf(link, links, kept) ?? []);
  const all = [...others, ...ours];
  for (const holder of ours) {
    for (const other of all) {
      if (other === holder) continue;
      for (const address of holder.newAddresses) refuseAddress(holder, address, other);
      for (const route of holder.newRoutes) refuseRoute(holder, route, other);
    }
  }
}
