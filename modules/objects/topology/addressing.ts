import { asOption, OptionError } from '../../lib/failure.ts';
import { type Address, parseAddress, parseIp } from '../../lib/net/address.ts';
import type { Addressing, AddressMode } from '../../lib/net/port.ts';
import {
  defaultRoute,
  formatRoute,
  inOrder,
  isReached,
  parseRoute,
  type Route,
  sameTarget,
} from '../../lib/net/route.ts';
import type { AddressOptions } from './options.ts';

const given = (texts: readonly string[] = []) => texts.filter((text) => text !== '');

/**
 * The desired addresses of an interface by its options; undefined to keep the current ones.
 * @throws OptionError
 */
export function addressingOf(options: AddressOptions): Addressing | undefined {
  const { mode, address } = options;
  if (mode === undefined && address === undefined) {
    refuseAlone(options);
    return undefined;
  }
  const addresses = addressesOf(options);
  const how = mode ?? (addresses.length > 0 ? 'static' : 'manual');
  const gateways = gatewaysOf(options, how, addresses);
  const routes = inOrder(routesOf(options, how, addresses, gateways));
  const dns = given(options.dns).map((text) => {
    const ip = parseIp(text)?.ip;
    if (!ip) throw new OptionError('dns', `'${text}' is not an IP address`);
    return ip;
  });
  return { mode: how, addresses, routes, dns, dnsSearch: given(options.dns_search) };
}

// They are set together: half of them would remove the others.
function refuseAlone(options: AddressOptions): void {
  for (const option of ['netmask', 'gateway', 'routes', 'dns', 'dns_search'] as const) {
    if (options[option] === undefined) continue;
    const fix = option === 'netmask' ? '' : ", or a 'mode': they are set together, so repeat those to keep";
    throw new OptionError(option, `it is given without an 'address'${fix}`);
  }
}

function addressesOf({ mode, address, netmask }: AddressOptions): Address[] {
  const texts = given(address);
  if (netmask && texts.length === 0) throw new OptionError('netmask', "it is given without an 'address'");
  const addresses = asOption('address', () => texts.map((text) => parseAddress(text, netmask || undefined)));
  if (addresses.length > 0 && (mode ?? 'static') !== 'static') {
    const fix = "leave it out, or give 'mode: static'";
    throw new OptionError('address', `'mode: ${mode}' has no address: ${fix}`);
  }
  if (mode === 'static' && addresses.length === 0) {
    throw new OptionError('address', "is required with 'mode: static'");
  }
  return addresses;
}

function gatewaysOf({ gateway }: AddressOptions, mode: AddressMode, addresses: readonly Address[]): Route[] {
  const texts = given(gateway);
  if (texts.length > 0 && mode !== 'static') {
    const fix = mode === 'dhcp' ? 'DHCP gives one: leave it out' : "give an 'address' as well";
    throw new OptionError('gateway', `'mode: ${mode}' has no gateway: ${fix}`);
  }
  const routes = asOption('gateway', () => texts.map(defaultRoute));
  for (const [i, { to, via = '' }] of routes.entries()) {
    const { family } = to;
    if (routes.findIndex((route) => route.to.family === family) < i) {
      throw new OptionError('gateway', `IPv${family} has a gateway already: use 'routes' for more`);
    }
    if (addresses.some(({ ip }) => ip === via)) {
      throw new OptionError('gateway', `'${via}' is the interface's own address: give the router's`);
    }
  }
  return routes;
}

function routesOf(
  { routes = [] }: AddressOptions,
  mode: AddressMode,
  addresses: readonly Address[],
  gateways: readonly Route[],
): Route[] {
  const parsed = routes.map((route, i) => asOption(`routes[${i}]`, () => parseRoute(route)));
  parsed.forEach((route, i) => {
    const twin = [...gateways, ...parsed.slice(0, i)].find((other) => sameTarget(other, route));
    if (!twin) return;
    const fix = "give one of them another 'metric'";
    throw new OptionError(
      `routes[${i}]`,
      `it has the same network and metric as '${formatRoute(twin)}': ${fix}`,
    );
  });
  // The address that DHCP will give is unknown.
  if (mode === 'dhcp') return parsed;
  const refuse = (option: string, { via = '' }: Route) => {
    if (via === '' || isReached(via, addresses, parsed)) return;
    const fix = `give an address of its network, or a route to ${via} without 'via'`;
    throw new OptionError(option, `'${via}' is in no network of the interface's addresses: ${fix}`);
  };
  for (const route of gateways) refuse('gateway', route);
  parsed.forEach((route, i) => {
    refuse(`routes[${i}].via`, route);
  });
  return [...gateways, ...parsed];
}
