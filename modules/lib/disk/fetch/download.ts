import { createHash, type Hash } from 'node:crypto';
import { dirname } from 'node:path';
import { Failure } from '../../failure.ts';
import { BrokenDownload } from '../../host/download.ts';
import type { Host } from '../../host/host.ts';
import { shownUrl } from '../../host/url.ts';
import type { Bytes } from '../../volume.ts';
import { withProgress } from '../progress.ts';
import type { Checksum } from './checksum.ts';
import { fileNameOf } from './file-name.ts';

/** Attempts in a row without new data. */
const MOST_ATTEMPTS = 5;

/** The share of the free space that a download may use: a full file system stops the guests whose disks are on it. */
const MOST_SPACE = 0.9;

/** A file that is being downloaded: its bytes so far, and their digest. */
interface Part {
  length: number;
  hash: Hash;
}

/**
 * Downloads a file, and verifies its checksum.
 * @param path the file to write. If it exists, the download continues at its end.
 * @throws Failure when the download breaks off: the file stays, so that the next run can continue. When the checksum
 * differs, the file is removed.
 */
export async function fetchTo(host: Host, url: string, path: string, checksum: Checksum): Promise<void> {
  const part = await readPart(host, path, checksum);
  const resumed = part.length > 0;
  await fetchRest(host, url, path, checksum, part);
  const digest = part.hash.digest('hex');
  if (digest === checksum.digest) return;
  await host.remove(path);
  // The beginning may be of an older version of the file.
  if (resumed) return fetchTo(host, url, path, checksum);
  const [found, expected] = [digest, checksum.digest].map((value) => `${checksum.algorithm}:${value}`);
  throw new Failure(
    `option 'checksum': ${shownUrl(url)} has ${found} and not ${expected}: it is damaged, or another file`,
  );
}

async function readPart(host: Host, path: string, { algorithm }: Checksum): Promise<Part> {
  const part = { length: 0, hash: createHash(algorithm) };
  const file = await host.stat(path);
  if (!file) return part;
  for await (const _ of withProgress(
    host,
    counted(host.stream(path), part),
    'read what was downloaded',
    file.size,
  ));
  return part;
}

async function fetchRest(host: Host, url: string, path: string, { algorithm }: Checksum, part: Part) {
  // Only data beyond the longest attempt counts as new: a server that always starts from the beginning, and breaks off at
  // random, would otherwise be asked for ever.
  let most = part.length;
  for (let attempts = 0; ; attempts++) {
    try {
      const total = await fetchOn(host, url, path, algorithm, part);
      if (total === undefined || part.length >= total) return;
      throw new BrokenDownload(`${shownUrl(url)}: the server ended after ${part.length} of ${total} bytes`);
    } catch (error) {
      if (!(error instanceof BrokenDownload)) throw error;
      if (part.length > most) attempts = 0;
      most = Math.max(most, part.length);
      if (attempts + 1 >= MOST_ATTEMPTS)
        throw new Failure(`${error.message}; the next run continues the download`);
      await host.sleep(250 * 2 ** attempts);
    }
  }
}

async function fetchOn(host: Host, url: string, path: string, algorithm: Checksum['algorithm'], part: Part) {
  const { start, total, content, close } = await host.download(url, part.length);
  try {
    if (start !== part.length) {
      await host.remove(path);
      part.length = 0;
      part.hash = createHash(algorithm);
    }
    const directory = dirname(path);
    const room = Math.floor((await host.space(directory)).available * MOST_SPACE);
    const tooLarge = (size: string) =>
      new Failure(
        `${shownUrl(url)} has ${size}, and ${directory} has room for ${room} bytes: free some space, or check the URL`,
      );
    if (total !== undefined && total - part.length > room) throw tooLarge(`${total} bytes`);
    const fitting = upTo(room, content, async () => {
      await host.remove(path);
      throw tooLarge(`more than ${room} bytes`);
    });
    await host.append(
      path,
      withProgress(host, counted(fitting, part), `fetch ${fileNameOf(url)}`, total, start),
    );
    return total;
  } finally {
    close();
  }
}

// Passes a stream on, unless it is longer than so many bytes.
async function* upTo(bytes: number, content: Bytes, tooLong: () => Promise<never>): Bytes {
  let left = bytes;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) await tooLong();
    yield chunk;
  }
}

async function* counted(content: Bytes, part: Part): Bytes {
  for await (const chunk of content) {
    part.hash.update(chunk);
    part.length += chunk.length;
    yield chunk;
  }
}
