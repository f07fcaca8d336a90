import { readLeaseText } from '../../lib/dnsmasq/kept.ts';
import { parseLeases } from '../../lib/dnsmasq/leases.ts';
import { unitOf } from '../../lib/dnsmasq/unit.ts';
import type { Host } from '../../lib/host/host.ts';
import { formatAddress } from '../../lib/net/address.ts';
import { readStates } from '../../lib/systemd/units.ts';
import type { Network } from '../network/network-of.ts';
import type { ForwardOptions } from '../network/options.ts';
import { readNetworks } from '../network/record.ts';
import { isServed } from '../network/served.ts';
import { type Optional, withoutMissing } from './optional.ts';

/** A lease of DHCP. */
export type LeaseInfo = Optional<{
  readonly address: string;
  /** Empty of an IPv6 lease: DHCPv6 doesn't tell it. */
  readonly mac: string;
  readonly name: string | undefined;
  /** ISO 8601, UTC; missing of one that doesn't end. */
  readonly expires: string | undefined;
}>;

/** A network of this collection, as the last task declared it. */
export type NetworkInfo = Optional<{
  readonly name: string;
  readonly bridge: string;
  readonly vlan: number | undefined;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly dhcp: boolean;
  readonly dns: boolean;
  readonly nat: boolean;
  /** `tcp 8080 -> web1:80`. */
  readonly forwards: readonly string[];
  /** The state of its dnsmasq, as systemd calls it; missing where it needs none. */
  readonly service: string | undefined;
  readonly leases: readonly LeaseInfo[];
}>;

/** The leases in the text of a lease file. Pure. */
export const leasesIn = (text: string): LeaseInfo[] =>
  parseLeases(text).map(({ address, mac = '', name, expires }) =>
    withoutMissing({
      ...{ address, mac, name },
      expires: expires === undefined ? undefined : new Date(expires * 1000).toISOString(),
    }),
  );

/** A forward for people. Pure. */
export function forwardText({
  protocol,
  port,
  listen = [],
  to,
  to_port: toPort = port,
}: ForwardOptions): string {
  const from = listen.length > 0 ? `${listen.join(', ')} ` : '';
  const guest = to.includes(':') ? `[${to}]` : to;
  return `${protocol} ${from}${port} -> ${guest}:${toPort}`;
}

/**
 * A network. Pure.
 * @param service the state of its unit
 * @param leases the text of its lease file
 */
export function networkInfo(network: Network, service: string | undefined, leases: string): NetworkInfo {
  const { name, bridge, vlan, subnets, options } = network;
  const hasGateway = subnets.some(({ gateway }) => gateway !== undefined);
  return withoutMissing({
    ...{ name, bridge, vlan },
    subnets: subnets.map(({ subnet }) => formatAddress(subnet)),
    gateways: subnets.flatMap(({ gateway }) => gateway ?? []),
    dhcp: hasGateway && options.dhcp !== undefined,
    dns: hasGateway && options.dns !== undefined,
    nat: options.nat,
    forwards: options.forwards.map(forwardText),
    service: isServed(network) ? service : undefined,
    leases: leasesIn(leases),
  });
}

/** Reads the networks of a host, by name: at most one process. @throws Failure for a record that can't be read */
export async function readNetworkInfos(host: Host): Promise<NetworkInfo[]> {
  const networks = [...(await readNetworks(host)).values()].map(({ network }) => network);
  const [states, leases] = await Promise.all([
    readStates(
      host,
      networks.filter(isServed).map(({ name }) => unitOf(name)),
    ),
    Promise.all(networks.map(({ name }) => readLeaseText(host, name))),
  ]);
  return networks.map((network, i) =>
    networkInfo(network, states.get(unitOf(network.name)), leases[i] ?? ''),
  );
}
