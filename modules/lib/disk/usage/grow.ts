import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { virsh } from '../../libvirt/virsh.ts';
import { type Layout, resize } from '../image/write.ts';
import { changeSafely, checkChangeable, isInUse } from './guards.ts';
import { guestsWithDisk, URI } from './guests.ts';

/**
 * Makes a disk larger. If one guest runs with it, QEMU does that, and the guest sees the new size at once. QEMU allocates nothing
 * for it.
 * @param size bytes
 * @throws Failure when another process uses it, several guests have it, or a saved guest needs it, and when it has overlays
 */
export async function growSafely(host: Host, path: string, layout: Layout, size: number): Promise<void> {
  const [guest, ...others] = (await guestsWithDisk(host, path)).filter(isInUse);
  if (!guest || others.length > 0 || guest.saved || layout.preallocation !== 'off')
    return changeSafely(host, path, () => resize(host, path, layout, size));
  await checkChangeable(host, path);
  if (!guest.live)
    throw new Failure(
      `the guest '${guest.guest}' gets ${path} at its next start: restart it before the disk is grown, or keep the size until then`,
    );
  const to = ['--domain', guest.guest, '--path', guest.source, '--size', `${size}B`];
  await virsh(host, URI, 'blockresize', ...to);
}
