import { OptionError } from '../../lib/failure.ts';
import { formatAddress, parseAddress, parseIp } from '../../lib/net/address.ts';
import { hostProblem } from '../../lib/net/subnet.ts';
import type { topology } from '../topology/topology.ts';
import { interfaceOf } from './names.ts';
import { networkOf } from './network-of.ts';
import type { NetworkOptions } from './options.ts';
import { INTEGRATION_BRIDGE } from './ovn-record.ts';
import { OWNER } from './port.ts';

type TopologyOptions = Parameters<(typeof topology)['key']>[0];

/** This host's interface in a network, as OVN knows it. */
export interface Leg {
  readonly device: string;
  readonly interfaceId: string;
  readonly mac: string;
  /** With their prefixes. */
  readonly addresses: readonly string[];
  readonly mtu: number | undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Why this host can't have an address, or undefined. A member of OVN has chosen it, and a host gets no route to other addresses by its
 * word.
 */
function addressProblem(options: NetworkOptions, text: string): string | undefined {
  const ip = parseIp(text.replace(/\/\d{1,3}$/, ''));
  const found = networkOf(options).subnets.find(({ subnet }) => subnet.family === ip?.family);
  if (!ip || !found) return `'${text}' is in no subnet of '${options.name}'`;
  const { subnet, gateway } = found;
  if (text.includes('/') && parseAddress(text).prefix !== subnet.prefix)
    return `'${text}' must have the prefix of ${formatAddress(subnet)}`;
  if (ip.ip === gateway) return `'${text}' is the gateway of '${options.name}'`;
  return hostProblem(ip.ip, subnet);
}

/**
 * The interface that a network gives this host.
 * @returns undefined where it gives none
 * @throws OptionError where OVN has not told which, or one that is not of the network
 */
export function legOf(options: NetworkOptions): Leg | undefined {
  if (options.state === 'absent') return undefined;
  // Else the host would note a network that nothing has written to OVN.
  if (options.host_interfaces === undefined)
    throw new OptionError(
      'host_interfaces',
      `is required, since '${options.name}' has 'engine: ovn': pass on what ovn_topology returns. The role network does so with 'network_engine: ovn'. Give networks of one host alone 'engine: local' then`,
    );
  if (!options.host_port) return undefined;
  const told = options.host_interfaces[options.name] as Readonly<Record<string, unknown>> | undefined;
  const { interface_id: interfaceId, mac, addresses, mtu = options.mtu } = told ?? {};
  if (!isText(interfaceId) || !isText(mac) || !Array.isArray(addresses) || !addresses.every(isText))
    throw new OptionError(
      'host_interfaces',
      `has no interface of this host in '${options.name}': pass on what ovn_topology returns, as the role network does`,
    );
  const problem = addresses.map((text) => addressProblem(options, text)).find((one) => one !== undefined);
  if (problem) throw new OptionError('host_interfaces', problem);
  const device = interfaceOf({ ...options, bridge: INTEGRATION_BRIDGE });
  return { ...{ device, interfaceId, mac, addresses }, mtu: typeof mtu === 'number' ? mtu : undefined };
}

type Port = TopologyOptions['ports'][number];

/** The topology of this host's interfaces in networks. @param removed the names of those that are removed */
export function topologyOfLegs(
  legs: readonly Leg[],
  removed: readonly string[],
  { database_socket, timeout }: Pick<NetworkOptions, 'database_socket' | 'timeout'>,
): TopologyOptions {
  const present = legs.map((leg) => ({
    ...{ bridge: INTEGRATION_BRIDGE, port: leg.device, state: 'present', type: 'internal' },
    ...{ mode: 'static', address: leg.addresses, mac: leg.mac, mtu_request: leg.mtu ?? null },
    interface_external_ids: { 'iface-id': leg.interfaceId },
  }));
  const absent = removed.map((port) => ({ bridge: INTEGRATION_BRIDGE, port, state: 'absent' }));
  return {
    ...{ timeout, bridges: [], bridge_defaults: {}, bring_up: false, owner: OWNER, purge: false },
    ...(database_socket === undefined ? {} : { database_socket }),
    ports: [...absent, ...present] as unknown as Port[],
  };
}
