import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { isDisk } from '../formats/detect.ts';
import type { Disk } from '../image/disk.ts';
import { inspectAs, statStorage } from '../image/inspect.ts';
import { referencesOf } from '../image/references.ts';
import { guestFormatOf, guestsWithDisk } from './guests.ts';

/** A file of a disk's backing chain, and the format in which it is opened. */
export interface Link {
  readonly path: string;
  readonly format: string;
}

/** The other files that a disk needs. */
export interface Chain {
  readonly files: readonly string[];
  /** Why the rest of the chain isn't known, and how to fix that. */
  readonly problem: string | undefined;
}

/**
 * Follows the backing files of a disk. Each is read in the format that its overlay records, as QEMU would open it. A raw file
 * ends the chain: its content belongs to its guest.
 * @param check is called for each link before it is read; its Failure ends the walk
 */
export async function chainOf(
  host: Host,
  disk: Link,
  check: (link: Link) => Promise<void> = async () => undefined,
): Promise<Chain> {
  const files: string[] = [];
  const seen = new Set<string | undefined>();
  const queue = [disk];
  try {
    for (let link = queue.pop(); link; link = queue.pop()) {
      if (link.format === 'raw') continue;
      const real = await host.realPath(link.path);
      if (seen.has(real)) throw new Failure(`${link.path} is an overlay of itself`);
      seen.add(real);
      for (const { path, format, problem } of referencesOf(await read(host, link))) {
        // A file that can't be opened is needed, too.
        if (path !== undefined) files.push(path);
        if (path === undefined || format === undefined || problem !== undefined) throw new Failure(problem);
        await check({ path, format });
        queue.push({ path, format });
      }
    }
    return { files, problem: undefined };
  } catch (error) {
    if (error instanceof Failure) return { files, problem: error.message };
    throw error;
  }
}

async function read(host: Host, { path, format }: Link): Promise<Disk> {
  if (!isDisk(format)) throw new Failure(`${path} is ${format}, which isn't read here`);
  const found = await inspectAs(host, path, format);
  if (!found) throw new Failure(`${path} doesn't exist`);
  if (!found.disk) throw new Failure(`${path} is opened as ${format}, but has no header of that format`);
  return found.disk;
}

/**
 * Makes sure that QEMU opens only plain files of this host for a disk, each in the format that its guest has it in, and that
 * a disk without a guest doesn't name the disk of a guest.
 * @throws Failure that names the file, and how to fix that
 */
export async function checkChain(host: Host, disk: Disk): Promise<void> {
  const guest = await guestFormatOf(host, disk.path);
  const { problem } = await chainOf(host, disk, async ({ path, format }) => {
    if (!(await statStorage(host, path)))
      throw new Failure(`${path} doesn't exist, but ${disk.path} needs it`);
    const known = await guestFormatOf(host, path);
    if (known && known.format !== format) {
      throw new Failure(
        `${path} is ${known.format} to the guest '${known.guest}', but ${disk.path} would open it as ${format}: record its format with qemu-img rebase -u -F ${known.format}`,
      );
    }
    const [owner] = await guestsWithDisk(host, path);
    // Otherwise a former guest, which may have written the header, could read the disk of another guest.
    if (!owner || guest) return;
    throw new Failure(
      `${disk.path} belongs to no guest, but refers to ${path}, a disk of the guest '${owner.guest}': if that is intended, convert it to one file first (qemu-img convert -f ${disk.format} -O qcow2)`,
    );
  });
  if (problem !== undefined) throw new Failure(problem);
}
