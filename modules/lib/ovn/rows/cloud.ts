import type { DesiredRow } from '../desired.ts';
import type { Cloud } from '../model.ts';
import { dhcpRows } from './dhcp.ts';
import { dnsRows } from './dns.ts';
import { forwardRows } from './forwards.ts';
import { groupRows } from './groups.ts';
import { networkRows } from './networks.ts';
import { outsideRows } from './outside.ts';
import { peerRows } from './peers.ts';
import { legRow, nicRow } from './ports.ts';
import { uplinkRows } from './uplinks.ts';

/** All rows of a cloud. Pure. */
export function cloudRows({ uplinks, networks, groups, nics, legs }: Cloud, owner: string): DesiredRow[] {
  const byName = new Map(networks.map((network) => [network.name, network]));
  return [
    ...uplinks.flatMap(uplinkRows),
    ...networks.flatMap((network) => [
      ...networkRows(network, owner),
      ...dhcpRows(network, owner),
      ...dnsRows(network),
      ...outsideRows(network, owner),
      ...peerRows(network, owner),
      ...forwardRows(network),
    ]),
    ...groups.flatMap(groupRows),
    ...nics.flatMap((nic) => {
      const network = byName.get(nic.network);
      return network ? nicRow(nic, network) : [];
    }),
    ...legs.map(legRow),
  ];
}
