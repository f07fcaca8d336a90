import { Failure } from '../../failure.ts';
import type { DiskFormat, Kind } from '../formats/detect.ts';

/** What a disk says of itself. */
export interface Disk {
  readonly path: string;
  readonly format: DiskFormat;
  /** Bytes that a guest sees. */
  readonly size: number;
  readonly clusterSize: number | undefined;
  /** The backing file as it is written there. */
  readonly backing: string | undefined;
  /** The format of that, where it is written there. */
  readonly backingFormat: string | undefined;
  /** Whether its content is in another file, or in several. */
  readonly external: boolean;
  /** That file as it is written there. */
  readonly dataFile: string | undefined;
}

/** What a file that may be a disk is, and its length in bytes. */
export interface Found {
  readonly kind: Kind;
  readonly length: number;
  /** Where it is a disk. */
  readonly disk: Disk | undefined;
}

/** A disk that is nothing but its content, of a length in bytes. */
export const rawDisk = (path: string, size: number): Disk => ({
  ...{ path, format: 'raw', size, clusterSize: undefined },
  ...{ backing: undefined, backingFormat: undefined, external: false, dataFile: undefined },
});

/** The error for a disk whose content is in other files too. @param shown where it came from */
export const inOtherFiles = (shown: string) =>
  new Failure(`${shown}: its disk refers to other files: convert it to one file`);

/** The disk that was found, which must be in one file. @param shown where it came from, for the error */
export function requireOneFile(found: Found | undefined, shown: string): Disk {
  const disk = found?.disk;
  if (!disk) throw new Failure(`${shown} holds no disk`);
  if (disk.external || disk.backing !== undefined) throw inOtherFiles(shown);
  return disk;
}
