import { formatAddress } from '../../net/address.ts';
import { type DesiredRow, names, rowKeys } from '../desired.ts';
import { routerMac } from '../macs.ts';
import type { CloudNetwork } from '../model.ts';
import { advertisements } from './dhcp.ts';

/** Whether a network has a router of its own: otherwise it is a switch alone. */
export const isRouted = ({ subnets }: CloudNetwork): boolean =>
  subnets.some(({ gateway }) => gateway !== undefined);

const base = (network: CloudNetwork) => ({ name: `network/${network.name}`, part: 'network' });

/** The switch of a network, and its router with the port between them. */
export function networkRows(network: CloudNetwork, owner: string): DesiredRow[] {
  const { name, declared } = network;
  const lan = { ...rowKeys.networkSwitch(name), ...base(network), columns: { name }, declared };
  if (!isRouted(network)) return [lan];
  const router = { ...rowKeys.router(name), ...base(network), columns: { name } };
  return [lan, router, ...gatewayRows(network, owner)];
}

function gatewayRows(network: CloudNetwork, owner: string): DesiredRow[] {
  const { name, subnets } = network;
  return [
    {
      table: 'Logical_Router_Port',
      name: `network/${name}/gateway`,
      part: 'gateway',
      columns: {
        name: names.gatewayPort(name),
        mac: routerMac(name, owner),
        networks: subnets.flatMap(({ subnet, gateway }) =>
          gateway === undefined ? [] : formatAddress({ ...subnet, ip: gateway }),
        ),
        ipv6_ra_configs: advertisements(network),
      },
      memberships: [{ holder: rowKeys.router(name), column: 'ports' }],
    },
    {
      table: 'Logical_Switch_Port',
      name: `network/${name}/router`,
      part: 'gateway',
      columns: {
        name: names.routerPort(name),
        type: 'router',
        addresses: ['router'],
        options: { 'router-port': names.gatewayPort(name) },
      },
      memberships: [{ holder: rowKeys.networkSwitch(name), column: 'ports' }],
    },
  ];
}
