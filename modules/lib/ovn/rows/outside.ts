import { formatAddress } from '../../net/address.ts';
import { type DesiredRow, names, rowKeys } from '../desired.ts';
import { macOf } from '../macs.ts';
import type { CloudNetwork, Outside } from '../model.ts';

const DEFAULT = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** What a network has for its way out: a gateway port, its place on the uplink, default routes and source NAT. */
export function outsideRows(network: CloudNetwork, owner: string): DesiredRow[] {
  const { outside } = network;
  if (!outside) return [];
  return [
    ...portRows(network, outside, owner),
    ...routeRows(network, outside),
    ...(outside.nat ? natRows(network, outside) : []),
    ...guardRows(network, outside),
  ];
}

function portRows({ name, mtu }: CloudNetwork, outside: Outside, owner: string): DesiredRow[] {
  const { uplink, addresses } = outside;
  const port = names.outsidePort(name);
  return [
    {
      table: 'Logical_Router_Port',
      name: `network/${name}/outside`,
      part: 'uplink',
      columns: {
        name: port,
        mac: macOf(owner, port),
        networks: addresses.map(({ address }) => formatAddress(address)),
        // What comes in and is larger than the network can carry is answered with ICMP.
        options: { gateway_mtu: String(mtu) },
      },
      refs: { ha_chassis_group: rowKeys.gateways(uplink) },
      memberships: [{ holder: rowKeys.router(name), column: 'ports' }],
    },
    {
      table: 'Logical_Switch_Port',
      name: `network/${name}/uplink`,
      part: 'uplink',
      columns: {
        name: names.uplinkPort(uplink, name),
        type: 'router',
        addresses: ['router'],
        options: { 'router-port': port },
      },
      memberships: [{ holder: rowKeys.uplinkSwitch(uplink), column: 'ports' }],
    },
  ];
}

const routeRows = ({ name }: CloudNetwork, { addresses }: Outside): DesiredRow[] =>
  addresses.flatMap(({ family, gateway }) =>
    gateway === undefined
      ? []
      : [
          {
            table: 'Logical_Router_Static_Route' as const,
            name: `network/${name}/route/${family}`,
            part: 'uplink',
            columns: {
              ip_prefix: DEFAULT[family],
              nexthop: gateway,
              output_port: names.outsidePort(name),
            },
            memberships: [{ holder: rowKeys.router(name), column: 'static_routes' }],
          },
        ],
  );

const natRows = ({ name, subnets }: CloudNetwork, { addresses }: Outside): DesiredRow[] =>
  addresses.flatMap(({ family, address }) =>
    subnets
      .filter(({ subnet }) => subnet.family === family)
      .map(({ subnet }) => ({
        table: 'NAT' as const,
        name: `network/${name}/nat/${family}`,
        part: 'nat',
        columns: { type: 'snat', external_ip: address.ip, logical_ip: formatAddress(subnet) },
        memberships: [{ holder: rowKeys.router(name), column: 'nat' }],
      })),
  );

/**
 * The router would route whatever is sent to it from the outside: to guests behind NAT, and to networks that it is routed to.
 * The uplink's switch drops that before: what is forwarded has an address of the outside there.
 */
function guardRows({ name, subnets, peers }: CloudNetwork, { uplink, nat }: Outside): DesiredRow[] {
  const behind = nat ? subnets.map(({ subnet }) => subnet) : [];
  const hidden = [...behind, ...peers.flatMap((peer) => peer.subnets)];
  return ([4, 6] as const).flatMap((family) => {
    const subnetsOf = hidden.filter((subnet) => subnet.family === family).map(formatAddress);
    if (subnetsOf.length === 0) return [];
    const port = JSON.stringify(names.uplinkPort(uplink, name));
    return [
      {
        table: 'ACL' as const,
        name: `network/${name}/hidden/${family}`,
        part: 'uplink',
        columns: {
          priority: 1000,
          direction: 'to-lport',
          action: 'drop',
          match: `outport == ${port} && ip${family}.dst == {${subnetsOf.sort().join(', ')}}`,
        },
        memberships: [{ holder: rowKeys.uplinkSwitch(uplink), column: 'acls' }],
      },
    ];
  });
}
