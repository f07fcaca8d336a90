import { formatAddress } from '../../net/address.ts';
import { linkLocal } from '../../net/eui64.ts';
import { type DesiredRow, names, rowKeys } from '../desired.ts';
import { macOf } from '../macs.ts';
import type { CloudNetwork, Peer } from '../model.ts';
import { DENY_NETWORK, STATEFUL } from './priorities.ts';

/** The prefix of the link between two routers. */
const LINK = 30;

/** A network's ends of the links to networks that it is routed to, or that are routed to it. */
export const peerRows = (network: CloudNetwork, owner: string): DesiredRow[] => [
  ...network.peers.flatMap((peer) => [
    portRow(network, peer, owner),
    ...routeRows(network, peer, owner),
    ...denyRows(network, peer),
  ]),
  ...(network.peers.some(({ opens }) => !opens) ? [statefulRow(network)] : []),
];

function portRow({ name }: CloudNetwork, { network, near }: Peer, owner: string): DesiredRow {
  const port = names.peerPort(name, network);
  return {
    table: 'Logical_Router_Port',
    name: `network/${name}/to/${network}`,
    part: 'routed_to',
    columns: {
      name: port,
      mac: macOf(owner, port),
      networks: [`${near}/${LINK}`],
      peer: names.peerPort(network, name),
    },
    ids: { peer: network },
    memberships: [{ holder: rowKeys.router(name), column: 'ports' }],
  };
}

const routeRows = ({ name }: CloudNetwork, { network, far, subnets }: Peer, owner: string) =>
  subnets.map(
    (subnet): DesiredRow => ({
      table: 'Logical_Router_Static_Route',
      name: `network/${name}/to/${network}/${subnet.family}`,
      part: 'routed_to',
      columns: {
        ip_prefix: formatAddress(subnet),
        // A port of a router has a link-local address by itself.
        nexthop: subnet.family === 4 ? far : linkLocal(macOf(owner, names.peerPort(network, name))),
        output_port: names.peerPort(name, network),
      },
      ids: { peer: network },
      memberships: [{ holder: rowKeys.router(name), column: 'static_routes' }],
    }),
  );

/** Where only this network may open connections, all others from there are dropped: answers are let through before. */
const denyRows = ({ name }: CloudNetwork, { network, subnets, opens }: Peer): DesiredRow[] =>
  opens
    ? []
    : subnets.map((subnet) => ({
        table: 'ACL' as const,
        name: `network/${name}/deny/${network}/${subnet.family}`,
        part: 'routed_to',
        columns: {
          priority: DENY_NETWORK,
          direction: 'to-lport',
          action: 'drop',
          match: `ip${subnet.family}.src == ${formatAddress(subnet)}`,
        },
        ids: { peer: network },
        memberships: [{ holder: rowKeys.networkSwitch(name), column: 'acls' }],
      }));

/** A switch follows connections only if one of its rules needs it. */
const statefulRow = ({ name }: CloudNetwork): DesiredRow => ({
  table: 'ACL',
  name: `network/${name}/stateful`,
  part: 'routed_to',
  columns: { priority: STATEFUL, direction: 'from-lport', action: 'allow-related', match: 'ip' },
  memberships: [{ holder: rowKeys.networkSwitch(name), column: 'acls' }],
});
