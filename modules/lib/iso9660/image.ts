import { Failure } from '../failure.ts';

/** An image that can't be written as asked, or bytes that aren't a whole ISO 9660 image. */
export class IsoError extends Failure {
  override readonly name = 'IsoError';
}

/** The logical sector, and the logical block of every image written here, in bytes (ECMA-119, 6.1.2 and 6.2.2). */
export const SECTOR = 2048;

/** How many sectors so many bytes take. */
export const sectorsOf = (bytes: number): number => Math.ceil(bytes / SECTOR);

/** The longest path in bytes: Linux's PATH_MAX without its NUL. */
export const PATH_LENGTH = 4095;
