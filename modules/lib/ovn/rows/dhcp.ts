import { formatAddress, parseIp } from '../../net/address.ts';
import { type DesiredRow, rowKeys } from '../desired.ts';
import { routerMac } from '../macs.ts';
import type { CloudNetwork } from '../model.ts';

/** A text as OVN writes it in an option. */
const quoted = (text: string) => JSON.stringify(text);

const listed = (addresses: readonly string[]) => `{${addresses.join(', ')}}`;

const serversOf = ({ dns }: CloudNetwork, family: 4 | 6): string[] =>
  (dns?.servers ?? []).filter((server) => parseIp(server)?.family === family);

/** What routers advertise in a network: nothing without DHCP, or without IPv6. */
export function advertisements(network: CloudNetwork): Readonly<Record<string, string>> {
  const { dhcp, dns, mtu, subnets } = network;
  if (!dhcp || !subnets.some(({ subnet }) => subnet.family === 6)) return {};
  const [server] = serversOf(network, 6);
  return {
    address_mode: dhcp.stateful ? 'dhcpv6_stateful' : 'slaac',
    send_periodic: 'true',
    mtu: String(mtu),
    ...(server === undefined ? {} : { rdnss: server }),
    ...(dns?.domain === undefined ? {} : { dnssl: dns.domain }),
  };
}

function options4(network: CloudNetwork, gateway: string, owner: string): Record<string, string> {
  const { dhcp, dns, mtu, name } = network;
  const servers = serversOf(network, 4);
  return {
    lease_time: String(dhcp?.leaseTime),
    server_id: gateway,
    server_mac: routerMac(name, owner),
    mtu: String(mtu),
    ...(dhcp?.router ? { router: gateway } : {}),
    ...(servers.length > 0 ? { dns_server: listed(servers) } : {}),
    ...(dns?.domain === undefined ? {} : { domain_name: quoted(dns.domain) }),
    ...dhcp?.options,
  };
}

function options6(network: CloudNetwork, owner: string): Record<string, string> {
  const { dns, name } = network;
  const servers = serversOf(network, 6);
  return {
    server_id: routerMac(name, owner),
    ...(servers.length > 0 ? { dns_server: listed(servers) } : {}),
    ...(dns?.domain === undefined ? {} : { domain_search: quoted(dns.domain) }),
  };
}

/** What guests of a network get by DHCP, of each family; the ports of guests refer to it. */
export const dhcpRows = (network: CloudNetwork, owner: string): DesiredRow[] =>
  network.subnets.flatMap(({ subnet, gateway }) =>
    !network.dhcp || gateway === undefined
      ? []
      : [
          {
            ...rowKeys.dhcp(network.name, subnet.family),
            part: 'dhcp',
            columns: {
              cidr: formatAddress(subnet),
              options: subnet.family === 4 ? options4(network, gateway, owner) : options6(network, owner),
            },
          },
        ],
  );
