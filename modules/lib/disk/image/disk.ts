import { Failure } from '../../failure.ts';
import type { DiskFormat, Kind } from '../formats/detect.ts';

/** A disk, as its header describes it. */
export interface Disk {
  readonly path: string;
  readonly format: DiskFormat;
  /** Bytes that a guest sees. */
  readonly size: number;
  readonly clusterSize: number | undefined;
  /** The backing file as recorded. */
  readonly backing: string | undefined;
  /** The format of the backing file, if recorded. */
  readonly backingFormat: string | undefined;
  /** Whether its content is in another file, or in several. */
  readonly external: boolean;
  /** The data file as recorded. */
  readonly dataFile: string | undefined;
}

/** A file that may be a disk. `length` is in bytes. */
export interface Found {
  readonly kind: Kind;
  readonly length: number;
  /** Undefined when the file isn't a disk. */
  readonly disk: Disk | undefined;
}

/** A raw disk. @param size bytes */
export const rawDisk = (path: string, size: number): Disk => ({
  ...{ path, format: 'raw', size, clusterSize: undefined },
  ...{ backing: undefined, backingFormat: undefined, external: false, dataFile: undefined },
});

/** The error for a disk whose content is in other files too. @param shown where it came from */
export const inOtherFiles = (shown: string) =>
  new Failure(`${shown}: its disk refers to other files: convert it to one file`);

/** The disk that was found. @param shown where it came from, for the error @throws Failure unless it is in one file */
export function requireOneFile(found: Found | undefined, shown: string): Disk {
  const disk = found?.disk;
  if (!disk) throw new Failure(`${shown} holds no disk`);
  if (disk.external || disk.backing !== undefined) throw inOtherFiles(shown);
  return disk;
}
