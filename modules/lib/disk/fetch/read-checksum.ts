import { OptionError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Bytes } from '../../volume.ts';
import { type Checksum, parseDigest, shownPlace } from './checksum.ts';
import { findDigest } from './checksum-list.ts';

const isList = (value: string) => /^(\/|https?:)/.test(value);

/**
 * The checksum that an option gives, from the list where it names one.
 * @param given see CHECKSUM_PATTERN
 * @param name the file's name in the list
 * @throws OptionError when the list isn't there, or doesn't name the file
 */
export async function readChecksum(host: Host, given: string, name: string): Promise<Checksum> {
  const { algorithm } = parseDigest(given);
  const value = given.slice(7);
  if (!isList(value)) return parseDigest(given);
  const digest = findDigest(await textOf(host, value), algorithm, name);
  if (digest) return { algorithm, digest };
  throw new OptionError(
    'checksum',
    `${shownPlace(value)} has no ${algorithm} of '${name}': give the digest itself`,
  );
}

/** More than any list of checksums has, in bytes. */
const LONGEST_LIST = 16 * 1024 ** 2;

async function textOf(host: Host, place: string): Promise<string> {
  const { content, close } = place.startsWith('/') ? await opened(host, place) : await host.download(place);
  try {
    return await textIn(content, place);
  } finally {
    close();
  }
}

async function opened(host: Host, place: string) {
  const file = await host.stat(place);
  if (!file) throw new OptionError('checksum', `${place} isn't there: the list of checksums`);
  if (file.kind !== 'file')
    throw new OptionError('checksum', `${place} is not a file: the list of checksums`);
  return { content: host.stream(place), close: () => undefined };
}

async function textIn(content: Bytes, place: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_LIST)
      throw new OptionError('checksum', `${shownPlace(place)} is no list of checksums`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
