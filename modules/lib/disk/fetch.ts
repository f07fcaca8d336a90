import { createHash, type Hash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { BrokenDownload, shownUrl } from '../host/download.ts';
import type { Host } from '../host/host.ts';
import type { Bytes } from '../volume.ts';
import type { Checksum } from './checksum.ts';
import { followed } from './follow.ts';

/** Tries in a row that bring nothing. */
const MOST_TRIES = 5;

/** A file that grows: what of it is there, and its digest so far. */
interface Part {
  have: number;
  hash: Hash;
}

/** The last part of a URL's path: the name of the file that it leads to. */
export const fileNameOf = (url: string): string =>
  decodeURIComponent(new URL(url).pathname.split('/').pop() ?? '');

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
    `option 'checksum': ${shownUrl(url)} has ${found} and not ${wanted}: it is damaged, or another one`,
  );
}

async function begun(host: Host, path: string, { algorithm }: Checksum): Promise<Part> {
  const part = { have: 0, hash: createHash(algorithm) };
  if (!(await host.stat(path))) return part;
  for await (const chunk of host.stream(path)) {
    part.hash.update(chunk);
    part.have += chunk.length;
  }
  return part;
}

async function fetchRest(host: Host, url: string, path: string, { algorithm }: Checksum, part: Part) {
  for (let tries = 0; ; tries++) {
    const before = part.have;
    try {
      const { start, total, content } = await host.download(url, part.have);
      if (start !== part.have) {
        await host.remove(path);
        part.have = 0;
        part.hash = createHash(algorithm);
      }
      await host.append(path, followed(host, taken(content, part), `fetch ${fileNameOf(url)}`, total, start));
      if (total === undefined || part.have >= total) return;
      throw new BrokenDownload(`${shownUrl(url)}: the server ended after ${part.have} of ${total} bytes`);
    } catch (error) {
      if (!(error instanceof BrokenDownload)) throw error;
      if (part.have > before) tries = 0;
      if (tries + 1 >= MOST_TRIES) throw new Failure(`${error.message}; the next run goes on from there`);
      await setTimeout(250 * 2 ** tries);
    }
  }
}

async function* taken(content: Bytes, part: Part): Bytes {
  for await (const chunk of content) {
    part.hash.update(chunk);
    part.have += chunk.length;
    yield chunk;
  }
}
