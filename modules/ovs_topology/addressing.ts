import { Failure, OptionError } from '../lib/failure.ts';
import { type Address, formatAddress, isWithin, parseAddress, parseIp } from '../lib/net/address.ts';
import type { Addressing, AddressMode } from '../lib/net/port.ts';
import { defaultRoute, formatRoute, parseRoute, type Route, sameTarget } from '../lib/net/route.ts';
import { optionAt } from '../lib/ovs/topology.ts';
import type { AddressOptions } from './options.ts';

/** How an interface is to get its addresses. */
const OPTIONS = ['mode', 'address', 'gateway', 'routes', 'dns', 'dns_search'] as const;

/** Reads an option's values, with its name in errors. */
function read<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Failure && !(error instanceof OptionError)
      ? new OptionError(path, error.message)
      : error;
  }
}

const filled = (texts: readonly string[] | undefined) => (texts ?? []).filter((text) => text !== '');

/**
 * How an interface is to get its addresses as options say it.
 * @param at where the options stand, e.g. `ports[1]`, or empty
 * @returns undefined when they say nothing of it
 * @throws OptionError
 */
export function addressingOf(at: string, options: AddressOptions): Addressing | undefined {
  const path = (option: string) => optionAt(at, option);
  const texts = filled(options.address);
  if (options.netmask && texts.length === 0) {
    throw new OptionError(path('netmask'), "it is given without an 'address'");
  }
  if (OPTIONS.every((option) => options[option] === undefined)) return undefined;
  const addresses = read(path('address'), () =>
    texts.map((text) => parseAddress(text, options.netmask || undefined)),
  );
  const mode = options.mode ?? (addresses.length > 0 ? 'static' : 'manual');
  if (addresses.length > 0 && mode !== 'static') {
    const way = "leave it out, or give 'mode: static'";
    throw new OptionError(path('address'), `'mode: ${mode}' takes no address: ${way}`);
  }
  if (mode === 'static' && addresses.length === 0) {
    throw new OptionError(path('address'), "is required with 'mode: static'");
  }
  const routes = [
    ...gateways(path('gateway'), options, mode, addresses),
    ...others(path, options, mode, addresses),
  ];
  routes.forEach((route, i) => {
    const twin = routes.slice(0, i).find((one) => sameTarget(one, route));
    if (twin)
      throw new OptionError(
        path('routes'),
        `two routes to one network: '${formatRoute(twin)}' and '${formatRoute(route)}'`,
      );
  });
  const dns = filled(options.dns).map((text) => {
    const server = parseIp(text);
    if (!server) throw new OptionError(path('dns'), `'${text}' is not an IP address`);
    return server.ip;
  });
  return { mode, addresses, routes, dns, dnsSearch: filled(options.dns_search) };
}

function gateways(
  path: string,
  { gateway }: AddressOptions,
  mode: AddressMode,
  addresses: readonly Address[],
): Route[] {
  const routes = read(path, () => filled(gateway).map(defaultRoute));
  if (routes.length > 0 && mode !== 'static') {
    const way = mode === 'dhcp' ? 'DHCP brings its own: leave it out' : "give an 'address' as well";
    throw new OptionError(path, `'mode: ${mode}' has none: ${way}`);
  }
  for (const family of [4, 6]) {
    if (routes.filter(({ to }) => to.family === family).length > 1) {
      throw new OptionError(path, `two of IPv${family}: give the other among 'routes', with a 'metric'`);
    }
  }
  for (const route of routes) requireReach(path, route, mode, addresses);
  return routes;
}

function others(
  path: (option: string) => string,
  { routes }: AddressOptions,
  mode: AddressMode,
  addresses: readonly Address[],
): Route[] {
  return (routes ?? []).map((options, i) => {
    const route = read(path(`routes[${i}]`), () => parseRoute(options));
    requireReach(path(`routes[${i}].via`), route, mode, addresses);
    return route;
  });
}

// What DHCP or others will give, nobody knows. A router's link-local address is on every link.
function requireReach(path: string, { via }: Route, mode: AddressMode, addresses: readonly Address[]): void {
  if (!via || mode !== 'static' || /^fe[89ab]/.test(via) || addresses.some((one) => isWithin(via, one)))
    return;
  const networks = addresses.map(formatAddress).join(', ');
  throw new OptionError(path, `'${via}' is in no network of the interface's addresses (${networks})`);
}
