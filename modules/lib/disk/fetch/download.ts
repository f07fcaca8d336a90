import { createHash, type Hash } from 'node:crypto';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { BrokenDownload } from '../../host/download.ts';
import type { Host } from '../../host/host.ts';
import { shownUrl } from '../../host/url.ts';
import type { Bytes } from '../../volume.ts';
import { withProgress } from '../progress.ts';
import type { Checksum } from './checksum.ts';
import { fileNameOf } from './file-name.ts';

/** Tries in a row that bring nothing. */
const MOST_TRIES = 5;

/** What a download may take of the room: a full file system halts the guests that have their disks on it. */
const SHARE = 0.9;

/** A file that grows: what of it is there, and its digest so far. */
interface Part {
  have: number;
  hash: Hash;
}

/**
 * Fetches what a URL leads to, and checks it while it is read.
 * @param path the file; it may hold the beginning from another time, which isn't fetched again
 * @throws Failure when it can't be had: what is there by then stays for another time. When it isn't what the checksum
 * says, nothing of it stays.
 */
export async function fetchTo(host: Host, url: string, path: string, checksum: Checksum): Promise<void> {
  const part = await begun(host, path, checksum);
  const resumed = part.have > 0;
  await fetchRest(host, url, path, checksum, part);
  const digest = part.hash.digest('hex');
  if (digest === checksum.digest) return;
  await host.remove(path);
  // The beginning may be of what the URL led to at another time.
  if (resumed) return fetchTo(host, url, path, checksum);
  const [found, wanted] = [digest, checksum.digest].map((value) => `${checksum.algorithm}:${value}`);
  throw new Failure(
    `option 'checksum': ${shownUrl(url)} has ${found} and not ${wanted}: it is damaged, or another file`,
  );
}

async function begun(host: Host, path: string, { algorithm }: Checksum): Promise<Part> {
  const part = { have: 0, hash: createHash(algorithm) };
  const file = await host.stat(path);
  if (!file) return part;
  for await (const _ of withProgress(host, taken(host.stream(path), part), 'read what is there', file.size));
  return part;
}

async function fetchRest(host: Host, url: string, path: string, { algorithm }: Checksum, part: Part) {
  // What a try brings counts only beyond all that one brought before: a server that always begins anew, and breaks off
  // now sooner and now later, would be asked for ever.
  let most = part.have;
  for (let tries = 0; ; tries++) {
    try {
      const total = await fetchOn(host, url, path, algorithm, part);
      if (total === undefined || part.have >= total) return;
      throw new BrokenDownload(`${shownUrl(url)}: the server ended after ${part.have} of ${total} bytes`);
    } catch (error) {
      if (!(error instanceof BrokenDownload)) throw error;
      if (part.have > most) tries = 0;
      most = Math.max(most, part.have);
      if (tries + 1 >= MOST_TRIES) throw new Failure(`${error.message}; the next run goes on from there`);
      await setTimeout(250 * 2 ** tries);
    }
  }
}

async function fetchOn(host: Host, url: string, path: string, algorithm: Checksum['algorithm'], part: Part) {
  const { start, total, content, close } = await host.download(url, part.have);
  try {
    if (start !== part.have) {
      await host.remove(path);
      part.have = 0;
      part.hash = createHash(algorithm);
    }
    const directory = dirname(path);
    const room = Math.floor((await host.room(directory)) * SHARE);
    const tooLarge = (size: string) =>
      new Failure(
        `${shownUrl(url)} has ${size}, and ${directory} has room for ${room} bytes: make room there, or see whether the URL is the right one`,
      );
    if (total !== undefined && total - part.have > room) throw tooLarge(`${total} bytes`);
    const fitting = upTo(room, content, async () => {
      await host.remove(path);
      throw tooLarge(`more than ${room} bytes`);
    });
    await host.append(
      path,
      withProgress(host, taken(fitting, part), `fetch ${fileNameOf(url)}`, total, start),
    );
    return total;
  } finally {
    close();
  }
}

// A content as long as it isn't longer than some bytes.
async function* upTo(bytes: number, content: Bytes, tooLong: () => Promise<never>): Bytes {
  let left = bytes;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) await tooLong();
    yield chunk;
  }
}

async function* taken(content: Bytes, part: Part): Bytes {
  for await (const chunk of content) {
    part.hash.update(chunk);
    part.have += chunk.length;
    yield chunk;
  }
}
