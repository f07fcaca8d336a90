import { OptionError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Bytes } from '../../volume.ts';
import { type Checksum, parseDigest, shownLocation } from './checksum.ts';
import { findDigest } from './checksum-list.ts';

const isList = (value: string) => /^(\/|https?:)/.test(value);

/**
 * The checksum that an option gives, read from the list if it names one.
 * @param given see CHECKSUM_PATTERN
 * @param name the file's name in the list
 * @throws OptionError when the list doesn't exist, or doesn't name the file
 */
export async function readChecksum(host: Host, given: string, name: string): Promise<Checksum> {
  const { algorithm } = parseDigest(given);
  const value = given.slice(7);
  if (!isList(value)) return parseDigest(given);
  const digest = findDigest(await textOf(host, value), algorithm, name);
  if (digest) return { algorithm, digest };
  throw new OptionError(
    'checksum',
    `${shownLocation(value)} has no ${algorithm} of '${name}': give the digest itself`,
  );
}

/** Bytes. */
const LONGEST_LIST = 16 * 1024 ** 2;

async function textOf(host: Host, location: string): Promise<string> {
  const { content, close } = location.startsWith('/')
    ? await openList(host, location)
    : await host.download(location);
  try {
    return await textIn(content, location);
  } finally {
    close();
  }
}

async function openList(host: Host, location: string) {
  const file = await host.stat(location);
  if (!file) throw new OptionError('checksum', `${location} doesn't exist: it must be a list of checksums`);
  if (file.kind !== 'file')
    throw new OptionError('checksum', `${location} is not a file: it must be a list of checksums`);
  return { content: host.stream(location), close: () => undefined };
}

async function textIn(content: Bytes, location: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_LIST)
      throw new OptionError('checksum', `${shownLocation(location)} is not a list of checksums`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
