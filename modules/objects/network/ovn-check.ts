import { OptionError } from '../../lib/failure.ts';
import type { NetworkOptions } from './options.ts';

/** What only a network of one host has. */
const OF_LOCAL = ['bridge', 'vlan', 'port', 'libvirt', 'host_ports'] as const;

const isGiven = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;

/** Refuses keys of the other engine. @throws OptionError */
export function checkEngine(options: NetworkOptions): void {
  if (options.engine === 'local') {
    if (options.host_port)
      throw new OptionError('host_port', "is of 'engine: ovn': with 'engine: local' the host has 'gateway'");
    if (options.state === 'present' && options.bridge === undefined)
      throw new OptionError('bridge', "is required with 'engine: local'");
    return;
  }
  const found = OF_LOCAL.find((key) => isGiven(options[key]));
  if (found) throw new OptionError(found, "is of 'engine: local': leave it out, since OVN makes the network");
}
