import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Disk, Found } from '../image/disk.ts';
import { inspect, inspectAs } from '../image/inspect.ts';
import { checkChain } from '../usage/chain.ts';
import { guestFormatOf } from '../usage/guests.ts';

/** A file from which disks are made. Links are followed in `path`. */
export type Source = Found & { readonly path: string };

/**
 * Inspects a file from which a task makes disks. Its format is detected from its content, unless a guest has it as a disk and
 * may have written anything there: then it is the format that the guest has it in.
 * @returns undefined when the file doesn't exist
 */
export async function inspectSource(host: Host, given: string): Promise<Source | undefined> {
  const path = await host.realPath(given);
  if (path === undefined) return undefined;
  const known = await guestFormatOf(host, path);
  const found = known ? await inspectAs(host, path, known.format) : await inspect(host, path);
  if (known && !found?.disk) {
    throw new Failure(
      `${path} is ${known.format} to the guest '${known.guest}', and can't be read as that: make a raw or qcow2 disk of it first`,
    );
  }
  return found && { ...found, path };
}

/**
 * The disk that was found, if it and its backing chain can be read safely.
 * @param backingChain whether the task allows backing files. The guest reads them, and they may be any file of this host.
 * @throws Failure when QEMU would open files that are unknown or not allowed
 */
export async function requireReadable(
  host: Host,
  found: Found | undefined,
  path: string,
  backingChain: boolean,
): Promise<Disk> {
  if (!found?.disk) throw new Failure(`${path} holds no disk`);
  const { disk } = found;
  const other = disk.backing ?? disk.dataFile;
  // A guest's disk may have a backing chain: libvirt allows it.
  if (other !== undefined && !backingChain && !(await guestFormatOf(host, path))) {
    throw new Failure(
      `${path} has ${disk.backing === undefined ? 'the data file' : 'the backing file'} ${other}, which the guest could read: convert it to one file first (qemu-img convert -f ${disk.format} -O qcow2), or set 'backing_chain: true' in disk_image`,
    );
  }
  await checkChain(host, disk);
  return disk;
}
