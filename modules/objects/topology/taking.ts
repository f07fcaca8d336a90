import { OptionError } from '../../lib/failure.ts';
import { type Addressing, UNADDRESSED } from '../../lib/net/port.ts';
import type { DesiredPort } from '../../lib/ovs/plan/topology.ts';
import { type PortOptions, ROLLBACK_TIMEOUT } from './options.ts';

/** A NIC whose bridge has taken its addresses: only up. */
export const GIVEN_UP: Addressing = { mode: 'manual', ...UNADDRESSED };

/**
 * Whether the bridge takes the port's addresses, or has them if the port is absent, as options describe it.
 * @throws OptionError
 */
export function takeOf(options: PortOptions): DesiredPort['take'] {
  const { take_address, rollback_timeout, type, bridge, port } = options;
  if (!take_address) {
    if (rollback_timeout === undefined) return undefined;
    throw new OptionError('rollback_timeout', "it is given without 'take_address: true'");
  }
  for (const option of ['interfaces', 'peer'] as const) {
    if (options[option]) {
      throw new OptionError(option, "with 'take_address' the port is one NIC of the host: leave it out");
    }
  }
  if ((type ?? 'system') !== 'system') {
    const fix = "leave it out, or give 'type: system'";
    throw new OptionError('type', `a port of type '${type}' has no address of the host: ${fix}`);
  }
  if (port === bridge)
    throw new OptionError('port', 'a bridge takes the addresses of a NIC: give the name of the NIC');
  for (const option of ['mode', 'address', 'gateway', 'routes', 'dns', 'dns_search'] as const) {
    if (options[option] === undefined || options[option] === 'manual') continue;
    const fix = 'leave it out, or give it to the bridge';
    throw new OptionError(option, `with 'take_address' it belongs to the bridge: ${fix}`);
  }
  return { seconds: rollback_timeout ?? ROLLBACK_TIMEOUT };
}
