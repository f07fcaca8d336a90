import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import { readFat } from '../fat/read.ts';
import { readIso } from '../iso9660/read.ts';
import type { Image, StoredFile, Volume } from '../volume.ts';
import { CORE_FILES, SEED_LABEL } from './seed.ts';

/** The formats of a seed, by the names that blkid has for them. */
export type SeedFormat = 'iso9660' | 'vfat';

/** A file that a seed has. */
export interface StoredSeedFile {
  readonly path: string;
  /** sha256 in hexadecimal. */
  readonly digest: string;
  /** Of the files that cloud-init reads. */
  readonly content?: Uint8Array;
}

/** A seed as it is there. */
export interface StoredSeed {
  readonly format: SeedFormat;
  readonly label: string;
  readonly files: readonly StoredSeedFile[];
}

/** What is there and can't be read as a seed. */
export interface Unreadable {
  /** Why it can't. */
  readonly reason: string;
  /** Whether it is the rest of a seed, and not something else that has got the name. */
  readonly damaged: boolean;
}

/** Bytes that are read at once. */
const CHUNK = 1024 ** 2;

/** More than cloud-init takes, in bytes; a longer file is compared, and its keys aren't told. */
const LONGEST = 16 * 1024 ** 2;

/** Reads a seed, whoever wrote it, as ISO 9660 or FAT. */
export async function storedSeed(image: Image): Promise<StoredSeed | Unreadable> {
  const reasons: string[] = [];
  for (const [format, read] of [
    ['iso9660', readIso],
    ['vfat', readFat],
  ] as const) {
    try {
      return await seedIn(image, format, await read(image));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      reasons.push(error.message);
    }
  }
  const damaged = await wasSeed(image);
  const [asIso = '', asFat = ''] = reasons;
  return { reason: damaged === 'vfat' ? asFat : asIso, damaged: damaged !== undefined };
}

async function seedIn(image: Image, format: SeedFormat, { label, files }: Volume): Promise<StoredSeed> {
  const stored: StoredSeedFile[] = [];
  for (const file of files) stored.push(await fileIn(image, file));
  return { format, label, files: stored };
}

async function fileIn(image: Image, file: StoredFile): Promise<StoredSeedFile> {
  const keep = CORE_FILES.some((name) => name === file.path) && file.size <= LONGEST;
  const kept: Uint8Array[] = [];
  const hash = createHash('sha256');
  for (const { at, length } of file.extents) {
    for (let done = 0; done < length; done += CHUNK) {
      const bytes = await image.read(at + done, Math.min(CHUNK, length - done));
      hash.update(bytes);
      if (keep) kept.push(bytes);
    }
  }
  const digest = hash.digest('hex');
  return { path: file.path, digest, ...(keep ? { content: Buffer.concat(kept) } : {}) };
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').trimEnd();

const isSeedLabel = (label: Uint8Array) => text(label).toLowerCase() === SEED_LABEL;

// By what stands at its beginning: the label of ISO 9660 (ECMA-119, 8.4.7), or of FAT's boot sector (at 43, or 71 in
// FAT32); or nothing at all, as of an ISO that was cut short before its first descriptor.
async function wasSeed(image: Image): Promise<SeedFormat | undefined> {
  const head = await image.read(0, 32_768 + 2048);
  if (text(head.subarray(32_769, 32_774)) === 'CD001' && isSeedLabel(head.subarray(32_808, 32_840))) {
    return 'iso9660';
  }
  if (isSeedLabel(head.subarray(43, 54)) || isSeedLabel(head.subarray(71, 82))) return 'vfat';
  return image.size <= 32_768 && head.every((byte) => byte === 0) ? 'iso9660' : undefined;
}
