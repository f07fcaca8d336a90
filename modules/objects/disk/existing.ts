import { kindOf } from '../../lib/disk/formats/detect.ts';
import { parseSize } from '../../lib/disk/formats/size.ts';
import type { Disk } from '../../lib/disk/image/disk.ts';
import { inspectAs, readHead, statStorage } from '../../lib/disk/image/inspect.ts';
import { checkChain } from '../../lib/disk/usage/chain.ts';
import { declaredFormats } from '../../lib/disk/usage/declared-formats.ts';
import { type GuestFormat, guestFormatOf, guestsWithDisk } from '../../lib/disk/usage/guests.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';

/** What is known of a disk that is there. Its content doesn't count: its guest may have written anything. */
export interface Existing {
  /** As what a guest has it, where that was asked for. */
  readonly word: GuestFormat | undefined;
  /** The guests that have it; asked for where it is to be absent. */
  readonly guests?: readonly string[];
  /** Undefined where nothing says what it is, and nothing of it has to be known. */
  readonly disk: Disk | undefined;
}

/** The options that speak of a disk that is there. */
export interface Stated {
  readonly dest: string;
  readonly state: string;
  readonly format?: string | undefined;
  readonly backing: string;
  readonly size?: string | undefined;
  readonly cluster_size?: string | undefined;
}

/** What the task says that a disk is. */
export const statedFormat = ({ format, backing }: Pick<Stated, 'format' | 'backing'>): string | undefined =>
  format ?? (backing === 'overlay' ? 'qcow2' : undefined);

/**
 * Looks at a disk that is there. It is opened as what its guest has it, or as what the task says where no guest has it.
 * Where that is plain and nothing is to be changed, no process is asked.
 * @returns undefined when there is none
 * @throws OptionError where the disk would have to be opened, and nothing says as what
 * @throws Failure where it is to be absent, and is not a file
 */
export async function existingAt(host: Host, options: Stated): Promise<Existing | undefined> {
  const { dest, state, size, cluster_size } = options;
  const file = await statStorage(host, dest);
  if (!file) return undefined;
  if (state === 'absent') {
    if (file.kind !== 'file') {
      throw new Failure(`${dest} is a block device, and only files are removed: remove it by hand`);
    }
    const guests = (await guestsWithDisk(host, dest)).map(({ guest }) => guest);
    return { word: undefined, disk: undefined, guests };
  }
  const stated = statedFormat(options);
  if (stated === undefined && size === undefined && cluster_size === undefined) {
    return { word: undefined, disk: undefined };
  }
  if (stated !== undefined) declaredFormats(host).set((await host.realPath(dest)) ?? dest, stated);
  const disk = stated === undefined ? undefined : (await inspectAs(host, dest, stated))?.disk;
  if (disk && isAsDesired(disk, size) && !(await isDoubtful(host, disk))) return { word: undefined, disk };
  const word = await guestFormatOf(host, dest);
  if (!word && !disk) throw unknownFormat(dest, stated);
  const found = word && word.format !== stated ? (await inspectAs(host, dest, word.format))?.disk : disk;
  if (!found) {
    throw new Failure(`${dest} is ${word?.format} to the guest '${word?.guest}', and can't be read as that`);
  }
  // To grow it is to open all that it needs.
  if (!isAsDesired(found, size)) await checkChain(host, found);
  return { word, disk: found };
}

const isAsDesired = (disk: Disk, size: string | undefined) =>
  size === undefined || parseSize(size) === disk.size;

// Its content only tells whether it is worth to ask.
const isDoubtful = async (host: Host, { path, format }: Disk) =>
  format === 'raw' && kindOf(await readHead(host, path)) !== 'raw';

function unknownFormat(dest: string, stated: string | undefined): OptionError {
  return stated === undefined
    ? new OptionError(
        'format',
        `is required: ${dest} is there, no guest has it, and what it is isn't told by its content, which a guest may have written: say qcow2 or raw, or leave 'size' and 'cluster_size' out`,
      )
    : new OptionError('format', `${dest} exists and is not ${stated}: set the format that it has`);
}
