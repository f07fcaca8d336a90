import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { networkOf } from '../../../modules/objects/network/network-of.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import type { Guest, KnownNetwork } from '../../../modules/objects/network/record.ts';

/** A range of DHCP in the network below. */
export const DHCP = { dhcp: { range: ['10.20.0.100', '10.20.0.199'] } };

/** A network of the host, by its name. */
export const network = (name: string, given: Record<string, unknown>, guests: readonly Guest[] = []) => {
  const options = withDefaults(networkOptions, {
    name,
    bridge: `br-${name}`,
    subnet: ['10.20.0.0/24'],
    ...given,
  });
  return [name, { network: networkOf(options), guests, engine: 'local' as const, uplinks: [] }] as const;
};

/** The networks of a host. */
export const known = (...networks: (readonly [string, KnownNetwork])[]) => new Map(networks);
