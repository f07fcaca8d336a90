import { kindOf } from '../../lib/disk/formats/detect.ts';
import { parseSize } from '../../lib/disk/formats/size.ts';
import type { Disk } from '../../lib/disk/image/disk.ts';
import { inspectAs, readHead, statStorage } from '../../lib/disk/image/inspect.ts';
import { checkChain } from '../../lib/disk/usage/chain.ts';
import { declaredFormats } from '../../lib/disk/usage/declared-formats.ts';
import { type GuestFormat, guestFormatOf, guestsWithDisk } from '../../lib/disk/usage/guests.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';

/** What is known of an existing disk. Its content proves nothing: its guest may have written anything. */
export interface Existing {
  /** The format in which a guest has it, if that was asked for. */
  readonly guestFormat: GuestFormat | undefined;
  /** The guests that have it; only for state absent. */
  readonly guests?: readonly string[];
  /** Undefined when its format is unknown, and isn't needed. */
  readonly disk: Disk | undefined;
}

/** The options that matter for an existing disk. */
export interface ExistingOptions {
  readonly dest: string;
  readonly state: string;
  readonly format?: string | undefined;
  readonly backing: string;
  readonly size?: string | undefined;
  readonly cluster_size?: string | undefined;
}

/** The format that the task declares for a disk. */
export const declaredFormat = ({
  format,
  backing,
}: Pick<ExistingOptions, 'format' | 'backing'>): string | undefined =>
  format ?? (backing === 'overlay' ? 'qcow2' : undefined);

/**
 * Reads an existing disk. It is opened in the format in which a guest has it or, without a guest, in the one that the task
 * declares. When that is clear and nothing must change, no process is run.
 * @returns undefined when the disk doesn't exist
 * @throws OptionError when the disk must be opened, and its format is unknown
 * @throws Failure when its state is absent, and it isn't a file
 */
export async function existingAt(host: Host, options: ExistingOptions): Promise<Existing | undefined> {
  const { dest, state, size, cluster_size } = options;
  const file = await statStorage(host, dest);
  if (!file) return undefined;
  if (state === 'absent') {
    if (file.kind !== 'file') {
      throw new Failure(`${dest} is a block device, and only files are removed: remove it by hand`);
    }
    const guests = (await guestsWithDisk(host, dest)).map(({ guest }) => guest);
    return { guestFormat: undefined, disk: undefined, guests };
  }
  const declared = declaredFormat(options);
  if (declared === undefined && size === undefined && cluster_size === undefined) {
    return { guestFormat: undefined, disk: undefined };
  }
  if (declared !== undefined) declaredFormats(host).set((await host.realPath(dest)) ?? dest, declared);
  const disk = declared === undefined ? undefined : (await inspectAs(host, dest, declared))?.disk;
  if (disk && isAsDesired(disk, size) && !(await isDoubtful(host, disk)))
    return { guestFormat: undefined, disk };
  const guestFormat = await guestFormatOf(host, dest);
  if (!guestFormat && !disk) throw unknownFormat(dest, declared);
  const found =
    guestFormat && guestFormat.format !== declared
      ? (await inspectAs(host, dest, guestFormat.format))?.disk
      : disk;
  if (!found) {
    throw new Failure(
      `${dest} is ${guestFormat?.format} to the guest '${guestFormat?.guest}', and can't be read as that`,
    );
  }
  // Growing it opens its whole chain.
  if (!isAsDesired(found, size)) await checkChain(host, found);
  return { guestFormat, disk: found };
}

const isAsDesired = (disk: Disk, size: string | undefined) =>
  size === undefined || parseSize(size) === disk.size;

// The content only decides whether libvirt is asked.
const isDoubtful = async (host: Host, { path, format }: Disk) =>
  format === 'raw' && kindOf(await readHead(host, path)) !== 'raw';

function unknownFormat(dest: string, declared: string | undefined): OptionError {
  return declared === undefined
    ? new OptionError(
        'format',
        `is required: ${dest} exists, no guest has it, and its content isn't trusted, since a guest may have written it: set qcow2 or raw, or omit 'size' and 'cluster_size'`,
      )
    : new OptionError('format', `${dest} exists and is not ${declared}: set the format that it has`);
}
