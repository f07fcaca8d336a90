import { onceForEach } from '../../lib/host/once.ts';
import { formatAddress, parseAddress, parseIp } from '../../lib/net/address.ts';
import { type FilteredNetwork, type Forward, MASQUERADE, type Service } from '../../lib/nftables/rules.ts';
import type { Network } from './network-of.ts';
import type { ForwardOptions } from './options.ts';
import type { KnownNetwork } from './record.ts';

const familyOf = (text: string): 4 | 6 => (parseIp(text) ?? parseAddress(text)).family;

/** The addresses that a forward leads to: several if its guest has an IPv4 and an IPv6 address. */
function targetsOf({ to }: ForwardOptions, { guests }: KnownNetwork): readonly string[] {
  const ip = parseIp(to)?.ip;
  return ip === undefined ? (guests.find(({ name }) => name === to)?.addresses ?? []) : [ip];
}

function forwardOf(forward: ForwardOptions, to: string): Forward[] {
  const family = familyOf(to);
  const mine = (texts: readonly string[] = []) => texts.filter((text) => familyOf(text) === family);
  const [listen, sources] = [mine(forward.listen), mine(forward.sources)];
  // It is for the other family only.
  if ((forward.listen && listen.length === 0) || (forward.sources && sources.length === 0)) return [];
  return [
    {
      family,
      protocol: forward.protocol,
      ports: forward.port,
      listen,
      sources,
      to,
      toPort: forward.to_port === forward.port ? undefined : forward.to_port,
    },
  ];
}

/** The forwards of a network that lead to no guest yet. */
export const unreachableForwards = (known: KnownNetwork): ForwardOptions[] =>
  known.network.options.forwards.filter((forward) => targetsOf(forward, known).length === 0);

/** Whether a network needs to know the interface to the outside. */
export const needsUplink = ({ options }: Network): boolean => options.nat || options.forwards.length > 0;

/** What guests of a network reach of the host: its DHCP and DNS, and the ports that are given. */
function servicesOf({ options, subnets }: Network): Service[] {
  const { dhcp, dns, host_ports } = options;
  const serves = (family: 4 | 6) => subnets.some(({ subnet }) => subnet.family === family);
  return [
    ...(dhcp && serves(4) ? [{ protocol: 'udp', ports: '67' } as const] : []),
    ...(dhcp && serves(6) ? [{ protocol: 'udp', ports: '547' } as const] : []),
    ...(dns ? (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ports: '53' })) : []),
    ...host_ports.map((text): Service => {
      const [protocol, ports] = text.split('/');
      return { protocol: protocol as 'tcp' | 'udp', ports: ports === 'all' ? undefined : ports };
    }),
  ];
}

/**
 * What the packet filter has to know of a network.
 * @param known all networks of the host
 */
export function filteredOf(one: KnownNetwork, known: ReadonlyMap<string, KnownNetwork>): FilteredNetwork {
  const { network, uplinks } = one;
  const { name, interface: device, options, subnets } = network;
  const source = (family: 4 | 6) =>
    options.nat
      ? (options.nat_address?.map((text) => parseIp(text)).find((ip) => ip?.family === family)?.ip ??
        MASQUERADE)
      : undefined;
  return {
    name,
    interface: device,
    subnets: subnets.flatMap(({ subnet, gateway }) =>
      gateway === undefined
        ? []
        : [{ family: subnet.family, network: formatAddress(subnet), gateway, source: source(subnet.family) }],
    ),
    uplinks: needsUplink(network) ? uplinks : [],
    routedTo: options.routed_to.flatMap((other) => known.get(other)?.network.interface ?? []),
    forwards: options.forwards.flatMap((forward) =>
      targetsOf(forward, one).flatMap((to) => forwardOf(forward, to)),
    ),
    services: servicesOf(network),
    beside: network.vlan === undefined ? network.bridge : undefined,
  };
}

/** All networks as the packet filter sees them, sorted by name. */
export const filteredNetworks = onceForEach(
  (known: ReadonlyMap<string, KnownNetwork>): readonly FilteredNetwork[] =>
    [...known.keys()].sort().flatMap((name) => {
      const one = known.get(name);
      // A network without an address of the host has no interface that packets could pass.
      return one?.network.subnets.some(({ gateway }) => gateway !== undefined)
        ? [filteredOf(one, known)]
        : [];
    }),
);
