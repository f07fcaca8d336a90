import type { At } from './look.ts';
import type { GivenAddress, GivenRoute, Interface, Network } from './netmodel.ts';
import { error, type Problem, warning } from './problem.ts';
import { repeated } from './repeated.ts';
import { type Ip, ipOf, isLinkLocal, prefixOf, type Subnet, within } from './subnets.ts';

const NO_ADDRESS = 'is not an IP address';

type Read = { readonly subnet?: Subnet; readonly problems: readonly Problem[] };

/** The problems of a network-config's addresses. */
export function addresses(network: Network): Problem[] {
  const read = network.interfaces.map((device) => ({
    device,
    addresses: device.addresses.map((address) => ({ address, ...subnetOf(address, network.version) })),
  }));
  const subnets = read.flatMap(({ addresses }) => addresses.flatMap(({ subnet }) => subnet ?? []));
  return [
    ...read.flatMap(({ device, addresses }) => [
      ...addresses.flatMap(({ problems }) => problems),
      ...waysOut(
        network,
        device,
        addresses.flatMap(({ subnet }) => subnet ?? []),
      ),
    ]),
    ...twice(read.flatMap(({ addresses }) => addresses)),
    ...network.routes.flatMap((route) => ofRoute(network, route, subnets, anyDynamic(network))),
    ...network.nameservers.flatMap(({ value, path }) => (ipOf(value) ? [] : [error(path, NO_ADDRESS)])),
  ];
}

const anyDynamic = ({ interfaces }: Network) => new Set(interfaces.flatMap(({ dynamic }) => [...dynamic]));

function subnetOf(address: GivenAddress, version: 1 | 2): Read {
  const { value, path, netmask } = address;
  const [host = '', length, ...rest] = value.split('/');
  const ip = rest.length === 0 ? ipOf(host) : undefined;
  if (!ip) return { problems: [error(path, NO_ADDRESS)] };
  const dotted = length !== undefined && !/^\d+$/.test(length);
  const given = length ?? (address.prefix === undefined ? netmask?.value : String(address.prefix));
  if (given === undefined)
    return { subnet: { ...ip, prefix: ip.family === 4 ? 24 : 64 }, problems: [bare(address, ip, version)] };
  const prefix = version === 2 && dotted ? undefined : prefixOf(given, ip.family);
  if (prefix !== undefined) return { subnet: { ...ip, prefix }, problems: [] };
  const [at, what] =
    length === undefined && netmask
      ? [netmask.path, 'is not a valid netmask']
      : [path, 'has an invalid prefix'];
  const example =
    ip.family === 6 ? 'from /0 to /128' : version === 1 ? 'such as 255.255.255.0' : 'from /0 to /32';
  return { problems: [error(at, `${what} of an IPv${ip.family} address: write one ${example}`)] };
}

function bare({ value, path }: GivenAddress, { family }: Ip, version: 1 | 2): Problem {
  const length = family === 4 ? 24 : 64;
  return version === 2
    ? error(path, `has no prefix: write it as ${value}/${length}`)
    : warning(path, `has no netmask, and cloud-init would take /${length}: write it as ${value}/${length}`);
}

function twice(all: readonly { readonly address: GivenAddress; readonly subnet?: Subnet }[]): Problem[] {
  return repeated(all, ({ subnet }) => subnet && `${subnet.family} ${subnet.number}`).map(({ address }) =>
    error(address.path, 'is given twice: an address belongs to one interface'),
  );
}

function waysOut(network: Network, device: Interface, subnets: readonly Subnet[]): Problem[] {
  const { dynamic } = device;
  return [
    ...device.gateways.flatMap(({ family, ...gateway }) => {
      const ip = ipOf(gateway.value);
      if (!ip || (family && ip.family !== family)) {
        return [error(gateway.path, `is not an ${family ? `IPv${family}` : 'IP'} address`)];
      }
      return reached(network, gateway, ip, subnets, dynamic);
    }),
    ...device.routes.flatMap((route) => ofRoute(network, route, subnets, dynamic)),
  ];
}

type Families = ReadonlySet<4 | 6>;

function ofRoute(
  network: Network,
  route: GivenRoute,
  subnets: readonly Subnet[],
  dynamic: Families,
): Problem[] {
  const { to, via } = route;
  const everything = to?.value === 'default';
  const target = to && !everything ? targetOf(to, network.version) : { problems: [] };
  if (!via) return [...target.problems];
  const ip = ipOf(via.value);
  if (!ip) return [...target.problems, error(via.path, NO_ADDRESS)];
  if (target.subnet && target.subnet.family !== ip.family) {
    return [error(via.path, `is IPv${ip.family}, but its destination is IPv${target.subnet.family}`)];
  }
  return [...target.problems, ...(route.onLink ? [] : reached(network, via, ip, subnets, dynamic))];
}

// Without a prefix, netplan reads it as a host, and cloud-init as a network of the usual size.
function targetOf(to: GivenAddress, version: 1 | 2): Read {
  const ip = ipOf(to.value);
  if (ip && version === 2) return { subnet: { ...ip, prefix: ip.family === 4 ? 32 : 128 }, problems: [] };
  return subnetOf(to, version);
}

// A router must be on the link. The addresses that a guest gets by DHCP or from routers are unknown here, and IPv6 routers may announce some
// without a word in the configuration. Version 1 is made netplan's `on-link` where there is netplan.
function reached(
  { version }: Network,
  { value, path }: At<string>,
  ip: Ip,
  subnets: readonly Subnet[],
  dynamic: Families,
): Problem[] {
  if (dynamic.has(ip.family) || isLinkLocal(ip)) return [];
  if (subnets.some((subnet) => subnet.family === ip.family && subnet.number === ip.number)) {
    return [error(path, 'is an address of the interface itself')];
  }
  if (subnets.some((subnet) => within(ip, subnet))) return [];
  const outside = `${value} is in no subnet of the interface`;
  if (ip.family === 6) return [warning(path, `${outside}: it is reached only if a router announces one`)];
  return version === 2
    ? [
        error(
          path,
          `${outside}, so it can't be reached; if it is on the link, write a route with 'on-link: true'`,
        ),
      ]
    : [warning(path, `${outside}: only a guest with netplan reaches it`)];
}
