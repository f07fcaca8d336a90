import { Failure } from '../failure.ts';
import { SEED_LABEL, type SeedFile } from './seed.ts';

/** The longest label: 16 characters, as Joliet's field has (ECMA-119, 8.5.3). */
const LABEL_LENGTH = 16;

/** @throws Failure when an ISO 9660 volume can't have that label */
export function checkLabel(label: string): void {
  const valid = /^[A-Za-z0-9 _-]+$/.test(label) && label === label.trim() && label.length <= LABEL_LENGTH;
  if (valid) return;
  throw new Failure(
    `'${label}' is not a valid label: use 1 to ${LABEL_LENGTH} letters, digits, '-', '_', and spaces between them`,
  );
}

/** Whether cloud-init finds a seed by its label (cloudinit/sources/DataSourceNoCloud.py: in lower or upper case). */
export const isFound = (label: string): boolean => [SEED_LABEL, SEED_LABEL.toUpperCase()].includes(label);

/** The longest name, in bytes, that Linux reads whole from ISO 9660 (fs/isofs/rock.c, get_rock_ridge_filename). */
const LINUX_NAME = 253;

/** The paths of the files whose names Linux cuts, although the image has the whole names. */
export const cutByLinux = (files: readonly SeedFile[]): string[] =>
  files
    .map(({ path }) => path)
    .filter((path) => path.split('/').some((name) => Buffer.byteLength(name) > LINUX_NAME));
