import { promisify } from 'node:util';
import type { Entry, ZipFile } from 'yauzl';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';

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
      if (entry.fileName.endsWith('/')) continue;
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
    const settle = (act: () => void) => {
      archive.removeAllListeners();
      act();
    };
    archive.once('entry', (entry: Entry) => settle(() => resolve(entry)));
    archive.once('end', () => settle(() => resolve(undefined)));
    archive.once('error', (error: Error) => settle(() => reject(error)));
    archive.readEntry();
  });

async function* contentOf(
  archive: ZipFile,
  entry: Entry,
  told: <T>(promise: Promise<T>) => Promise<T>,
): Bytes {
  const stream = await told(
    new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
      archive.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
    }),
  );
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await told(chunks.next());
    if (done) return;
    yield value;
  }
}
