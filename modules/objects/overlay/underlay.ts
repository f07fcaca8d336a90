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
    // What the task itself says of it goes before.
    if (!(overlay.bridge_defaults[option] ?? row?.[option])) continue;
    throw new OptionError(
      'bridge',
      `${overlay.bridge} has '${option}: true', and a mesh with split horizon falls apart where a spanning tree blocks its tunnels: set it to false, or choose another bridge`,
    );
  }
}

/**
 * What is missing where no interface has the address that the tunnels start from: an earlier task may give it.
 * @param addresses the host's own, in canonical form
 */
export function addressProblem(overlay: OverlayOptions, addresses: ReadonlySet<string>): string | undefined {
  const text = localAddress(overlay);
  const ip = parseIp(text)?.ip ?? text;
  if (addresses.has(ip)) return undefined;
  return `${overlay.host} has no interface with the address ${ip}, from which its tunnels would start: put it on one, or behind NAT give the host's own address as local_ip in 'options'`;
}
