import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Disk, Found } from '../image/disk.ts';
import { inspect, inspectAs } from '../image/inspect.ts';
import { checkChain } from '../usage/chain.ts';
import { guestFormatOf } from '../usage/guests.ts';

/** What a template is made from, or is; `path` is where links lead. */
export type Source = Found & { readonly path: string };

/**
 * Looks into a file that a task names to make disks from. What it is, is seen from its content, unless a guest has it:
 * that may have written anything into it.
 * @returns undefined when there is none
 */
export async function inspectSource(host: Host, given: string): Promise<Source | undefined> {
  const path = await host.realPath(given);
  if (path === undefined) return undefined;
  const word = await guestFormatOf(host, path);
  const found = word ? await inspectAs(host, path, word.format) : await inspect(host, path);
  if (word && !found?.disk) {
    throw new Failure(
      `${path} is ${word.format} to the guest '${word.guest}', and can't be read as that: make a raw or qcow2 disk of it first`,
    );
  }
  return found && { ...found, path };
}

/**
 * The disk that was found, with all that it needs.
 * @param backingChain whether the task says that it may have backing files: whoever made it could otherwise have any file of
 * this host be read as the guest's disk
 * @throws Failure where QEMU would open what isn't known for it, or isn't meant to be
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
  // What a guest has as its disk is libvirt's to know, and its chain with it.
  if (other !== undefined && !backingChain && !(await guestFormatOf(host, path))) {
    throw new Failure(
      `${path} has ${disk.backing === undefined ? 'the data file' : 'the backing file'} ${other}, which would be read as a part of the guest's disk: make a disk in one file of it first (qemu-img convert -f ${disk.format} -O qcow2), or say 'backing_chain: true' to disk_image`,
    );
  }
  await checkChain(host, disk);
  return disk;
}
