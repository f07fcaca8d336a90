import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Failure } from '../../failure.ts';
import { BrokenDownload } from '../../host/download.ts';
import type { Host } from '../../host/host.ts';
import { rateOf } from '../../host/rate.ts';
import { shownUrl } from '../../host/url.ts';
import type { Bytes } from '../../volume.ts';
import { withProgress } from '../progress.ts';
import { withWorkDirectory } from '../work-directory.ts';
import type { Checksum } from './checksum.ts';
import { fileNameOf } from './file-name.ts';

/** Attempts that together bring less than `ENOUGH`. */
const MOST_ATTEMPTS = 5;

/** New bytes that are worth more attempts: a server that breaks off after each byte would be asked for ever. */
const ENOUGH = 1024 ** 2;

/** The share of the free space that a download may use: a full file system stops the guests whose disks are on it. */
const MOST_SPACE = 0.9;

/** A file that is being downloaded, with the limits of all attempts together. */
interface Part {
  readonly path: string;
  /** Bytes so far. */
  length: number;
  /** Bytes that the whole file may have. */
  readonly room: number;
  /** Is told what comes; throws when that is too slow. */
  readonly came: (bytes: number) => void;
}

/**
 * Downloads a file, verifies its checksum, and does something with it. Meanwhile no other run uses it.
 * @param path the file to write. If it exists, the download continues at its end.
 * @param use does what is to be done with the file, such as giving it its name
 * @throws Failure when the download breaks off: the file stays, so that the next run can continue. When the checksum
 * differs, or the file is too large, it is removed. Also when another run downloads it now.
 */
export function fetchTo<T>(
  host: Host,
  url: string,
  path: string,
  checksum: Checksum,
  use: () => Promise<T>,
): Promise<T> {
  return withWorkDirectory(host, path, async () => {
    await fetchWhole(host, url, path, checksum);
    return use();
  });
}

async function fetchWhole(host: Host, url: string, path: string, checksum: Checksum): Promise<void> {
  const before = (await host.stat(path))?.size ?? 0;
  const { available } = await host.space(dirname(path));
  const room = Math.floor((available + before) * MOST_SPACE);
  await fetchRest(host, url, { path, length: before, room, came: rateOf(url, () => host.now()) });
  const digest = await digestOf(host, path, checksum.algorithm, `verify ${fileNameOf(url)}`);
  if (digest === checksum.digest) return;
  await host.remove(path);
  // The beginning may be of an older version of the file.
  if (before > 0) return fetchWhole(host, url, path, checksum);
  const [found, expected] = [digest, checksum.digest].map((value) => `${checksum.algorithm}:${value}`);
  throw new Failure(
    `option 'checksum': ${shownUrl(url)} has ${found} and not ${expected}: it is damaged, or another file`,
  );
}

// Of the file, and not of what came: it is the file that is used.
async function digestOf(host: Host, path: string, algorithm: Checksum['algorithm'], what: string) {
  const hash = createHash(algorithm);
  const file = await host.stat(path);
  if (file)
    for await (const chunk of withProgress(host, host.stream(path), what, file.size)) hash.update(chunk);
  return hash.digest('hex');
}

async function fetchRest(host: Host, url: string, part: Part): Promise<void> {
  // Only data beyond the longest attempt counts as new: a server that always starts from the beginning, and breaks off at
  // random, would otherwise be asked for ever.
  let paid = part.length;
  for (let attempts = 0; ; attempts++) {
    try {
      const total = await fetchOn(host, url, part);
      if (total === undefined || part.length >= total) return;
      throw new BrokenDownload(`${shownUrl(url)}: the server ended after ${part.length} of ${total} bytes`);
    } catch (error) {
      if (!(error instanceof BrokenDownload)) throw error;
      if (part.length - paid >= ENOUGH) {
        attempts = 0;
        paid = part.length;
      }
      if (attempts + 1 >= MOST_ATTEMPTS)
        throw new Failure(`${error.message}; the next run continues the download`);
      await host.sleep(250 * 2 ** attempts);
    }
  }
}

async function fetchOn(host: Host, url: string, part: Part): Promise<number | undefined> {
  const { path, room } = part;
  const { start, total, content, close } = await host.download(url, part.length);
  try {
    if (start !== part.length) {
      await host.remove(path);
      part.length = 0;
    }
    const tooLarge = async (size: string) => {
      await host.remove(path);
      return new Failure(
        `${shownUrl(url)} has ${size}, and ${dirname(path)} has room for ${room} bytes: free some space, or check the URL`,
      );
    };
    if (total !== undefined && total > room) throw await tooLarge(`${total} bytes`);
    const fitting = counted(content, part, () => tooLarge(`more than ${room} bytes`));
    await host.append(path, withProgress(host, fitting, `fetch ${fileNameOf(url)}`, total, start));
    return total;
  } finally {
    close();
  }
}

// Passes a stream on, within the limits of a file.
async function* counted(content: Bytes, part: Part, tooLarge: () => Promise<Failure>): Bytes {
  for await (const chunk of content) {
    if (part.length + chunk.length > part.room) throw await tooLarge();
    part.length += chunk.length;
    part.came(chunk.length);
    yield chunk;
  }
}
