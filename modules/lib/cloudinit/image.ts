import { asOption, OptionError } from '../failure.ts';
import { writeFat } from '../fat/write.ts';
import { writeIso } from '../iso9660/write.ts';
import type { Pieces } from '../volume.ts';
import { SEED_LABEL, type SeedFile } from './seed.ts';
import type { SeedFormat } from './stored.ts';

/** How long a label may be: Joliet's field (ECMA-119, 8.5.3, in 16 characters), and FAT's. */
const LABEL_LENGTH: Readonly<Record<SeedFormat, number>> = { iso9660: 16, vfat: 11 };

/** @throws OptionError when a volume can't have that label */
export function checkLabel(label: string, format: SeedFormat): void {
  const length = LABEL_LENGTH[format];
  if (/^[A-Za-z0-9 _-]+$/.test(label) && label === label.trim() && label.length <= length) return;
  throw new OptionError(
    'label',
    `'${label}' is no label of ${format}: it has 1 to ${length} letters, digits, '-', '_' and spaces inside`,
  );
}

/** Whether cloud-init finds a seed by its label (cloudinit/sources/DataSourceNoCloud.py: as it is, or in capitals). */
export const isFound = (label: string): boolean => [SEED_LABEL, SEED_LABEL.toUpperCase()].includes(label);

/** Whether two labels are the same: FAT has capitals only. */
export const isSameLabel = (one: string, other: string, format: SeedFormat): boolean =>
  format === 'vfat' ? one.toUpperCase() === other.toUpperCase() : one === other;

/** The longest name, in bytes, that Linux reads whole from ISO 9660 (fs/isofs/rock.c, get_rock_ridge_filename). */
const LINUX_NAME = 253;

/** The files whose names a guest with Linux would see cut, though the image holds them whole. */
export const cutByLinux = (files: readonly SeedFile[], format: SeedFormat): string[] =>
  files
    .map(({ path }) => path)
    .filter(
      (path) => format === 'iso9660' && path.split('/').some((name) => Buffer.byteLength(name) > LINUX_NAME),
    );

/** The image of a seed: the same bytes for the same files. @throws OptionError when it can't hold one of the files */
export const seedImage = (files: readonly SeedFile[], label: string, format: SeedFormat): Pieces =>
  asOption('extra_files', () =>
    format === 'vfat' ? writeFat(files, { label }) : writeIso(files, { label }),
  );
