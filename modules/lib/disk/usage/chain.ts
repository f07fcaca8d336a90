import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { isDisk } from '../formats/detect.ts';
import type { Disk } from '../image/disk.ts';
import { inspectAs, statStorage } from '../image/inspect.ts';
import { referencesOf } from '../image/references.ts';
import { guestFormatOf, guestsWithDisk } from './guests.ts';

/** A file of a disk's chain, and the format that it is opened in. */
export interface Link {
  readonly path: string;
  readonly format: string;
}

/** What a disk needs beside its own file. */
export interface Chain {
  readonly files: readonly string[];
  /** Why the rest of it isn't known, and the way out. */
  readonly problem: string | undefined;
}

/**
 * Walks from a disk to its backing file, to that one's, and so on. Each is read by us, in the format that its overlay has
 * written down, as QEMU would open it. What is raw ends it: its content is its guest's.
 * @param check is called for each link before it is read; its Failure ends the walk
 */
export async function chainOf(
  host: Host,
  disk: Link,
  check: (link: Link) => Promise<void> = async () => undefined,
): Promise<Chain> {
  const files: string[] = [];
  const seen = new Set<string | undefined>();
  const waiting = [disk];
  try {
    for (let link = waiting.pop(); link; link = waiting.pop()) {
      if (link.format === 'raw') continue;
      const real = await host.realPath(link.path);
      if (seen.has(real)) throw new Failure(`${link.path} is an overlay of itself`);
      seen.add(real);
      for (const { path, format, problem } of referencesOf(await read(host, link))) {
        // What can't be opened is needed all the same.
        if (path !== undefined) files.push(path);
        if (path === undefined || format === undefined || problem !== undefined) throw new Failure(problem);
        await check({ path, format });
        waiting.push({ path, format });
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
  if (!found) throw new Failure(`${path} isn't there`);
  if (!found.disk) throw new Failure(`${path} is to be opened as ${format}, and has no header of one`);
  return found.disk;
}

/**
 * Makes sure that QEMU opens no other files for a disk than those of this host that its chain names, each in the format
 * that its guest has it in.
 * @throws Failure that names the file, and the way out
 */
export async function checkChain(host: Host, disk: Disk): Promise<void> {
  const own = await guestFormatOf(host, disk.path);
  const { problem } = await chainOf(host, disk, async ({ path, format }) => {
    if (!(await statStorage(host, path))) throw new Failure(`${path} isn't there, and ${disk.path} needs it`);
    const word = await guestFormatOf(host, path);
    if (word && word.format !== format) {
      throw new Failure(
        `${path} is ${word.format} to the guest '${word.guest}', and would be opened as ${format} for ${disk.path}: write down what it is with qemu-img rebase -u -F ${word.format}`,
      );
    }
    const [owner] = await guestsWithDisk(host, path);
    // Whoever wrote the header of a disk that was a guest's could otherwise have another guest's read.
    if (!owner || own) return;
    throw new Failure(
      `${disk.path} is no guest's, and refers to ${path}, a disk of the guest '${owner.guest}': if it should, make a disk in one file of it first (qemu-img convert -f ${disk.format} -O qcow2)`,
    );
  });
  if (problem !== undefined) throw new Failure(problem);
}
