import type { Host } from '../../lib/host/host.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';

/**
 * Whether a guest is suspended since libvirt doesn't know how its move has ended, and not by a person.
 * @throws Failure where there is no such domain
 */
export const isHalted = async (host: Host, uri: string, name: string): Promise<boolean> =>
  /^paused \((migrating|post-copy)/m.test(await virsh(host, uri, 'domstate', '--reason', '--domain', name));
