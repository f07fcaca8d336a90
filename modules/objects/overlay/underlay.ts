import { OptionError } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';
import type { Database, Row } from '../../lib/ovs/tables.ts';
import type { OverlayOptions } from './options.ts';
import { localAddress } from './tunnels.ts';

/** The bridge of an overlay as it is. */
export const bridgeIn = ({ bridge }: OverlayOptions, { bridges }: Database): Row<'Bridge'> | undefined =>
  bridges.find(({ name }) => name === bridge);

/** @throws OptionError where the bridge has a spanning tree, which would block tunnels of a mesh with split horizon */
export function refuseSpanningTree(overlay: OverlayOptions, database: Database): void {
  const row = bridgeIn(overlay, database);
  for (const option of ['stp_enable', 'rstp_enable'] as const) {
    // The task's own options have precedence.
    if (!(overlay.bridge_defaults[option] ?? row?.[option])) continue;
    throw new OptionError(
      'bridge',
      `${overlay.bridge} has '${option}: true', and a mesh with split horizon breaks where a spanning tree blocks its tunnels: set it to false, or choose another bridge`,
    );
  }
}

/**
 * A prerequisite where no interface has the tunnels' local address: an earlier task may add it.
 * @param addresses the host's own, in canonical form
 */
export function addressProblem(overlay: OverlayOptions, addresses: ReadonlySet<string>): string | undefined {
  const text = localAddress(overlay);
  const ip = parseIp(text)?.ip ?? text;
  if (addresses.has(ip)) return undefined;
  return `${overlay.host} has no interface with the address ${ip}, which its tunnels need as their local address: add it to one, or behind NAT give the host's own address as local_ip in 'options'`;
}
