import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Entry, ZipFile } from 'yauzl';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';
import { crc32 } from './crc32.ts';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Its content, whose checksum is compared as it ends. */
  readonly content: Bytes;
}

/**
 * The files of a zip archive, one after the other.
 * @throws Failure when it is damaged or encrypted
 */
export async function* zipEntries(path: string): AsyncGenerator<ZipEntry> {
  const { open } = await import('yauzl');
  const told = <T>(promise: Promise<T>) =>
    promise.catch((error: Error) => {
      throw new Failure(`${path}: the zip archive can't be read: ${error.message}`);
    });
  const archive = await told(
    promisify<string, object, ZipFile>(open)(path, { lazyEntries: true, autoClose: false }),
  );
  try {
    for (let entry = await told(nextEntry(archive)); entry; entry = await told(nextEntry(archive))) {
      if (entry.fileName.endsWith('/') || isLink(entry)) continue;
      if (entry.isEncrypted())
        throw new Failure(`${path}: ${entry.fileName} in it is encrypted: unpack it first`);
      yield { name: entry.fileName, size: entry.uncompressedSize, content: contentOf(archive, entry, told) };
    }
  } finally {
    archive.close();
  }
}

const nextEntry = (archive: ZipFile) =>
  new Promise<Entry | undefined>((resolve, reject) => {
    const finish = (act: () => void) => {
      archive.removeAllListeners();
      act();
    };
    archive.once('entry', (entry: Entry) => finish(() => resolve(entry)));
    archive.once('end', () => finish(() => resolve(undefined)));
    archive.once('error', (error: Error) => finish(() => reject(error)));
    archive.readEntry();
  });

// Made on Unix (APPNOTE.TXT, 4.4.2), with the type of its inode above the two bytes of MS-DOS (4.4.15).
const isLink = ({ versionMadeBy, externalFileAttributes: attributes }: Entry) =>
  versionMadeBy >>> 8 === 3 && ((attributes >>> 16) & 0o170000) === 0o120000;

async function* contentOf(
  archive: ZipFile,
  entry: Entry,
  told: <T>(promise: Promise<T>) => Promise<T>,
): Bytes {
  const stream = await told(
    new Promise<Readable>((resolve, reject) => {
      archive.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
    }),
  );
  const chunks = stream[Symbol.asyncIterator]();
  let sum = 0;
  try {
    for (;;) {
      const { done, value } = await told(chunks.next());
      if (done) break;
      sum = crc32(value, sum);
      yield value;
    }
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) await told(Promise.reject(new Error(`${entry.fileName} in it is damaged`)));
}
