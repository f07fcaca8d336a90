import { topology } from '../topology/topology.ts';
import { hostAddresses, type Network } from './network-of.ts';

type TopologyOptions = Parameters<(typeof topology)['key']>[0];
type PortOptions = TopologyOptions['ports'][number];

/** The owner of the ports of networks. */
const OWNER = 'network';

/** The host's port in a network. One without an address of the host has none. */
function portOf(network: Network, state: 'present' | 'absent'): PortOptions[] {
  const { bridge, vlan, mtu, interface: port } = network;
  const address = hostAddresses(network);
  if (state === 'absent' || address.length === 0) return [{ bridge, port, state: 'absent' } as PortOptions];
  return [
    {
      bridge,
      port,
      state,
      type: 'internal',
      mode: 'static',
      address,
      // The whole row: a network without a VLAN is untagged.
      tag: vlan ?? null,
      mtu_request: mtu ?? null,
    } as PortOptions,
  ];
}

/** The topology of networks: their ports on the host. */
export function topologyOf(
  networks: readonly { readonly network: Network; readonly state: 'present' | 'absent' }[],
  connection: Pick<TopologyOptions, 'database_socket' | 'timeout'>,
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

export { topology };
