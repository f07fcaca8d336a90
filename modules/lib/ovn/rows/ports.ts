import { parseIp } from '../../net/address.ts';
import { type DesiredRow, names, type RowKey, rowKeys } from '../desired.ts';
import type { CloudLeg, CloudNetwork, CloudNic } from '../model.ts';

const lineOf = (mac: string, addresses: readonly string[]) => [mac, ...addresses].join(' ');

/** What a port gets by DHCP: OVN leases the first address of each family that the port has. */
function dhcpRefs({ name, dhcp, subnets }: CloudNetwork, addresses: readonly string[]) {
  const key = (family: 4 | 6): RowKey | undefined => {
    const isServed = subnets.some(({ subnet, gateway }) => subnet.family === family && gateway !== undefined);
    const isLeased = addresses.some((address) => parseIp(address)?.family === family);
    return dhcp && isServed && isLeased ? rowKeys.dhcp(name, family) : undefined;
  };
  return { dhcpv4_options: key(4), dhcpv6_options: key(6) };
}

/** The port of a guest's interface. */
export function nicRow(nic: CloudNic, network: CloudNetwork): DesiredRow {
  const { id, mac, addresses, groups, host, guest, anyAddress, declared } = nic;
  const line = lineOf(mac, addresses);
  return {
    table: 'Logical_Switch_Port',
    name: `port/${id}`,
    part: 'port',
    columns: {
      name: id,
      type: '',
      addresses: anyAddress ? [line, 'unknown'] : [line],
      port_security: anyAddress ? [] : [line],
    },
    refs: dhcpRefs(network, addresses),
    ids: { host, guest, network: network.name },
    declared,
    memberships: [
      { holder: rowKeys.networkSwitch(network.name), column: 'ports' },
      ...groups.map((group) => ({ holder: rowKeys.group(group), column: 'ports' })),
    ],
  };
}

/** The port of a hypervisor's interface. */
export function legRow({ network, host, mac, addresses, declared }: CloudLeg): DesiredRow {
  const line = lineOf(mac, addresses);
  return {
    table: 'Logical_Switch_Port',
    name: `leg/${network}/${host}`,
    part: 'host_port',
    columns: {
      ...{ name: names.legPort(network, host), type: '' },
      ...{ addresses: [line], port_security: [line] },
    },
    ids: { host, network },
    declared,
    memberships: [{ holder: rowKeys.networkSwitch(network), column: 'ports' }],
  };
}
