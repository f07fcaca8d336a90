import { createHash } from 'node:crypto';
import { Failure } from '../failure.ts';
import { readIso } from '../iso9660/read.ts';
import type { Image, StoredFile } from '../volume.ts';
import { fatLabel } from './fat-label.ts';
import { CORE_FILES, SEED_LABEL } from './seed.ts';

/** A file that a seed has. */
export interface StoredSeedFile {
  readonly path: string;
  /** sha256 in hexadecimal. */
  readonly digest: string;
  /** The content, of the files that cloud-init reads. */
  readonly content?: Uint8Array;
}

/** A seed as the host has it. */
export interface StoredSeed {
  readonly label: string;
  readonly files: readonly StoredSeedFile[];
}

/** A file that can't be read as a seed. */
export interface Unreadable {
  /** Why it can't. */
  readonly reason: string;
  /** Whether it is a damaged seed, or one in FAT, which may be replaced. */
  readonly isSeed: boolean;
}

/** Bytes that are read at once. */
const CHUNK = 1024 ** 2;

/** In bytes, more than cloud-init accepts. A longer file is compared by its digest only, and not by its keys. */
const LONGEST = 16 * 1024 ** 2;

/** Reads a seed in ISO 9660, whatever program wrote it. */
export async function storedSeed(image: Image): Promise<StoredSeed | Unreadable> {
  try {
    const { label, files } = await readIso(image);
    const stored: StoredSeedFile[] = [];
    for (const file of files) stored.push(await fileIn(image, file));
    return { label, files: stored };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return unreadable(await image.read(0, HEAD), image.size, error.message);
  }
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

/** The offset of the first ISO 9660 descriptor, and how many bytes are enough to recognise an image. */
const DESCRIPTOR = 32_768;
const HEAD = DESCRIPTOR + 2048;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').trimEnd();

const isSeedLabel = (label: string | undefined) => label?.toLowerCase() === SEED_LABEL;

function unreadable(head: Uint8Array, size: number, reason: string): Unreadable {
  if (isSeedLabel(fatLabel(head))) {
    return { reason: 'it is a FAT volume, and seeds are written in ISO 9660', isSeed: true };
  }
  // ECMA-119, 8.4.7: the label of a volume descriptor.
  const iso = head.subarray(DESCRIPTOR);
  const labelled = text(iso.subarray(1, 6)) === 'CD001' && isSeedLabel(text(iso.subarray(40, 72)));
  // An ISO that was cut before its first descriptor is zeros, or nothing at all.
  const cut = size <= DESCRIPTOR && head.every((byte) => byte === 0);
  return { reason, isSeed: labelled || cut };
}
