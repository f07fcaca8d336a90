import { writeFat } from '../../../modules/lib/fat/write.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import type { Pieces, VolumeFile } from '../../../modules/lib/volume.ts';

/** What a volume may be, by the name that Linux has for it. */
export type Kind = 'iso9660' | 'vfat';

/** A file in memory. */
export interface MemoryFile extends VolumeFile {
  readonly content: Uint8Array;
}

/** Writes a volume of a kind. */
export const write: Readonly<Record<Kind, (files: readonly VolumeFile[], label: string) => Pieces>> = {
  iso9660: (files, label) => writeIso(files, { label }),
  vfat: (files, label) => writeFat(files, { label }),
};

/** The label as a volume of that kind has it. */
export const labelIn = (kind: Kind, label: string): string => (kind === 'vfat' ? label.toUpperCase() : label);
