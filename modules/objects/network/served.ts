import { createHash } from 'node:crypto';
import { configOf, type ServedNetwork } from '../../lib/dnsmasq/config.ts';
import { STATE } from '../../lib/dnsmasq/leases.ts';
import { dropInText, unitText } from '../../lib/dnsmasq/unit.ts';
import { filesOf } from './names.ts';
import type { Network } from './network-of.ts';
import type { NetworkOptions } from './options.ts';
import type { KnownNetwork } from './record.ts';

type Known = ReadonlyMap<string, KnownNetwork>;

const servedOf = (
  { name, interface: device, mtu, subnets, options }: Network,
  known: Known,
): ServedNetwork => ({
  name,
  interface: device,
  mtu,
  subnets: subnets.flatMap(({ subnet, gateway, range }) =>
    gateway === undefined
      ? []
      : [
          {
            family: subnet.family,
            ip: subnet.ip,
            prefix: subnet.prefix,
            gateway,
            range: range && ([range.first, range.last] as const),
          },
        ],
  ),
  dhcp: options.dhcp && {
    leaseTime: options.dhcp.lease_time,
    options: options.dhcp.options,
    knownOnly: options.dhcp.known_only,
    // A network that leads nowhere gives no default route.
    router: leadsOut(options, known),
  },
  dns: options.dns && {
    domain: options.dns.domain,
    forwarders: options.dns.forwarders,
    records: options.dns.records.map(({ name: record, address = [] }) => ({
      name: record,
      addresses: address,
    })),
  },
});

/**
 * Whether packets leave a network by the host, or come in: then its guests need a default route.
 * @param known all networks of the host, which may be routed to it
 */
export const leadsOut = ({ name, nat, routed_to, forwards }: NetworkOptions, known: Known): boolean =>
  nat ||
  routed_to.length + forwards.length > 0 ||
  [...known.values()].some(({ network }) => network.options.routed_to.includes(name));

/** Whether a network has a dnsmasq. */
export const isServed = ({ options, subnets }: Network): boolean =>
  (options.dhcp !== undefined || options.dns !== undefined) &&
  subnets.some(({ gateway }) => gateway !== undefined);

/** The template of the units of all networks. */
export const UNIT_TEXT = unitText({ config: filesOf('%i').config, state: `${STATE}/%i` });

const UNIT_DIGEST = createHash('sha256').update(UNIT_TEXT).digest('hex').slice(0, 12);

/** The configuration of a network's dnsmasq. */
export function dnsmasqText(network: Network, known: Known): string {
  const { reservations, names, leases } = filesOf(network.name);
  // A change of the units is one of each network: by it all of them are restarted.
  return `${configOf(servedOf(network, known), { reservations, names, leases })}# unit ${UNIT_DIGEST}\n`;
}

/** The domain whose names the host resolves too. */
export function hostDomain(network: Network): string | undefined {
  const { domain, host } = network.options.dns ?? {};
  return isServed(network) && host ? domain : undefined;
}

/** The drop-in of a network's unit; undefined for one that has none. */
export function dropInOf(network: Network): string | undefined {
  if (!isServed(network)) return undefined;
  const domain = hostDomain(network);
  const servers = network.subnets.flatMap(({ gateway }) => gateway ?? []);
  return dropInText(network.interface, domain === undefined ? undefined : { servers, domain });
}
