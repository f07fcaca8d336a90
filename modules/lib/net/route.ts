import { Failure } from '../failure.ts';
import {
  type Address,
  formatAddress,
  isLinkLocal,
  isWithin,
  networkOf,
  parseAddress,
  parseIp,
} from './address.ts';

/** A way to a network, through an interface that goes without saying. */
export interface Route {
  /** The network; of length 0 for all that has no other route. */
  readonly to: Address;
  /** The router; none when the network is on the link itself. */
  readonly via?: string | undefined;
  /** The kernel's own when it isn't given: 0 for IPv4, 1024 for IPv6. */
  readonly metric?: number | undefined;
}

/** What a task says of a route. */
export interface RouteOptions {
  readonly to: string;
  readonly via?: string | undefined;
  readonly metric?: number | undefined;
}

const everything = (family: 4 | 6): Address => ({ family, ip: family === 4 ? '0.0.0.0' : '::', prefix: 0 });

function networkIn(text: string, family: 4 | 6 | undefined): Address {
  if (text === 'default') {
    if (family) return everything(family);
    throw new Failure("'default' needs 'via', or write it as 0.0.0.0/0 or ::/0");
  }
  const whole = parseIp(text) ? `${text}/${text.includes(':') ? 128 : 32}` : text;
  const address = parseAddress(whole);
  const network = networkOf(address);
  if (network.ip === address.ip) return address;
  throw new Failure(`'${text}' is an address within ${formatAddress(network)}: give the network`);
}

/**
 * A route from its text.
 * @throws Failure without the option's name, which is the caller's to know
 */
export function parseRoute({ to, via, metric }: RouteOptions): Route {
  const router = via === undefined ? undefined : parseIp(via);
  if (via !== undefined && !router) throw new Failure(`'${via}' is not an IP address`);
  const network = networkIn(to, router?.family);
  if (router && router.family !== network.family) {
    throw new Failure(`'${to}' is IPv${network.family}, and '${via}' is IPv${router.family}`);
  }
  return { to: network, ...(router && { via: router.ip }), ...(metric !== undefined && { metric }) };
}

/** The routes that a file of ours says; what someone spoilt is nothing that we put there. */
export const routesOf = (found: readonly RouteOptions[]): Route[] =>
  found.flatMap((options) => {
    try {
      return [parseRoute(options)];
    } catch {
      return [];
    }
  });

/** The route that a gateway is. */
export const defaultRoute = (gateway: string): Route => parseRoute({ to: 'default', via: gateway });

/** The words of ip-route(8): `default via 10.0.0.1 metric 5`. */
export function formatRoute({ to, via, metric }: Route): string {
  const network = to.prefix === 0 ? 'default' : formatAddress(to);
  return `${network}${via ? ` via ${via}` : ''}${metric === undefined ? '' : ` metric ${metric}`}`;
}

const metricOf = ({ to, metric }: Route) => metric ?? (to.family === 4 ? 0 : 1024);

/** Whether the kernel takes them for one: it has one route to a network by each metric. */
export const sameTarget = (a: Route, b: Route): boolean =>
  a.to.family === b.to.family && formatAddress(a.to) === formatAddress(b.to) && metricOf(a) === metricOf(b);

export const sameRoute = (a: Route, b: Route): boolean => sameTarget(a, b) && a.via === b.via;

/** A list without the routes of another. */
export const withoutRoutes = (list: readonly Route[], others: readonly Route[]): Route[] =>
  list.filter((route) => !others.some((other) => sameRoute(other, route)));

/** Whether a router is reached directly: by an address's network, an on-link route, or IPv6's link itself. */
export const isReached = (ip: string, addresses: readonly Address[], routes: readonly Route[]): boolean =>
  isLinkLocal(ip) ||
  addresses.some((address) => isWithin(ip, address)) ||
  routes.some(({ to, via }) => via === undefined && isWithin(ip, to));

/** On-link routes first, since the routers of the others may be reached by them. */
export const inOrder = (routes: readonly Route[]): Route[] =>
  [...routes].sort((a, b) => Number(a.via !== undefined) - Number(b.via !== undefined));
