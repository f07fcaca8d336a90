import { type DesiredRow, rowKeys } from '../desired.ts';
import type { CloudNetwork } from '../model.ts';

/**
 * Forwards, as load balancers with one server for each port. The router has them, and the switch too: so a guest of the network
 * reaches another, or itself, by the address outside.
 */
export const forwardRows = ({ name, forwards }: CloudNetwork): DesiredRow[] =>
  Object.entries(forwards).map(([protocol, vips]) => ({
    table: 'Load_Balancer',
    name: `network/${name}/forward/${protocol}`,
    part: 'forwards',
    columns: { name: `${name}.${protocol}`, protocol, vips },
    memberships: [
      { holder: rowKeys.router(name), column: 'load_balancer' },
      { holder: rowKeys.networkSwitch(name), column: 'load_balancer' },
    ],
  }));
