import { type DesiredRow, names, rowKeys } from '../desired.ts';
import type { CloudUplink } from '../model.ts';

/** The priority of the first gateway; each next one has one less. */
const FIRST = 1000;

/** The network outside: a switch with a port to the bridge of the hypervisors, and the hypervisors that may be its gateway. */
export function uplinkRows({ name, vlan, gateways, declared }: CloudUplink): DesiredRow[] {
  const lan = rowKeys.uplinkSwitch(name);
  return [
    { ...lan, part: 'uplink', columns: { name: names.uplinkSwitch(name) }, declared },
    {
      table: 'Logical_Switch_Port',
      name: `uplink/${name}/localnet`,
      part: 'vlan',
      columns: {
        name: names.localnetPort(name),
        type: 'localnet',
        addresses: ['unknown'],
        options: { network_name: name },
        tag: vlan,
      },
      memberships: [{ holder: lan, column: 'ports' }],
    },
    { ...rowKeys.gateways(name), part: 'gateways', columns: { name: names.uplinkSwitch(name) } },
    ...gateways.map(
      (chassis, i): DesiredRow => ({
        table: 'HA_Chassis',
        name: `uplink/${name}/gateway/${chassis}`,
        part: 'gateways',
        columns: { chassis_name: chassis, priority: FIRST - i },
        memberships: [{ holder: rowKeys.gateways(name), column: 'ha_chassis' }],
      }),
    ),
  ];
}
