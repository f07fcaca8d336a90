import { topology } from '../topology/topology.ts';
import { hostAddresses, type Network, UNTAGGED } from './network-of.ts';

type TopologyOptions = Parameters<(typeof topology)['key']>[0];
type PortOptions = TopologyOptions['ports'][number];

type TopologyState = Parameters<(typeof topology)['plan']>[1];

/** The owner of the ports of networks. */
export const OWNER = 'network';

/** The host's port in a network. One without an address of the host has none, nor had it one to remove. */
function portOf(network: Network, state: 'present' | 'absent'): PortOptions[] {
  const { bridge, vlan, mtu, interface: port } = network;
  const address = hostAddresses(network);
  if (address.length === 0) return [];
  if (state === 'absent') return [{ bridge, port, state } as PortOptions];
  return [
    {
      bridge,
      port,
      state,
      type: 'internal',
      mode: 'static',
      address,
      tag: vlan ?? UNTAGGED,
      mtu_request: mtu ?? null,
    } as PortOptions,
  ];
}

type Connection = Pick<TopologyOptions, 'database_socket' | 'timeout'>;

/** The topology of networks: their ports on the host. */
export function topologyOf(
  networks: readonly { readonly network: Network; readonly state: 'present' | 'absent' }[],
  connection: Connection,
): TopologyOptions {
  return {
    ...connection,
    bridges: [],
    bridge_defaults: {},
    ports: networks.flatMap(({ network, state }) => portOf(network, state)),
    bring_up: false,
    owner: OWNER,
    purge: false,
  };
}

/** Whether nothing is to be done or said about the ports of some networks: one plan for all, since each one reads all ports. Pure. */
export function areUnchanged(
  networks: readonly Network[],
  connection: Connection,
  seen: TopologyState | Error | undefined,
): boolean {
  if (seen === undefined || seen instanceof Error) return false;
  const ports = networks.map((network) => ({ network, state: 'present' as const }));
  try {
    const { changes, missing = [], warnings = [] } = topology.plan(topologyOf(ports, connection), seen);
    return changes.length + missing.length + warnings.length === 0;
  } catch {
    // It is an error of the network's own plan.
    return false;
  }
}

export { topology };
