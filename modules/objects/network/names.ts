import { createHash } from 'node:crypto';
import { KEPT, STATE } from '../../lib/dnsmasq/leases.ts';
import type { NetworkOptions } from './options.ts';

// IFNAMSIZ is 16, and the name ends with a zero.
const LONGEST = 15;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

// Names that mean something else to the kernel.
const RESERVED = ['all', 'default', 'lo'];

/** The host's interface in a network: its name where that is a free one, else a digest of it. */
export function interfaceOf({
  name,
  port,
  bridge,
}: Pick<NetworkOptions, 'name' | 'port' | 'bridge'>): string {
  const isFree = name.length <= LONGEST && name !== bridge && !RESERVED.includes(name);
  return port ?? (isFree ? name : `net-${sha256(name).slice(0, 10)}`);
}

/** Why an interface can't have a name, or undefined. */
export function interfaceProblem(port: string, bridge: string | undefined): string | undefined {
  if (port.length > LONGEST)
    return `'${port}' has ${port.length} characters: an interface's name has at most ${LONGEST}`;
  if (!/^[\w.@+-]+$/.test(port))
    return `'${port}' can't be an interface's name: use letters, digits and "_.@+-"`;
  if (RESERVED.includes(port)) return `'${port}' is a name that the kernel uses itself: give another`;
  return port === bridge ? `'${port}' is the bridge itself: give another name` : undefined;
}

/** The directory of networks, which are directories in it. */
export const DIRECTORY = '/etc/piecewise-cloud/networks';

/** The files of a network. */
export const filesOf = (name: string) => {
  const directory = `${DIRECTORY}/${name}`;
  return {
    directory,
    /** What this task declared, for other tasks. */
    record: `${directory}/network.json`,
    config: `${directory}/dnsmasq.conf`,
    /** Reservations and names, a file a guest: dnsmasq reads them when they change. */
    reservations: `${directory}/reservations`,
    names: `${directory}/names`,
    leases: `/var/lib/${STATE}/${name}/leases`,
    /** Where that leads to: systemd keeps the files of units with a user of their own there. */
    kept: `${KEPT}/${name}/leases`,
  } as const;
};
