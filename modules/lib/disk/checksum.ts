import { createHash } from 'node:crypto';
import { Failure, OptionError } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { shownUrl } from '../host/url.ts';
import type { Bytes } from '../volume.ts';

export type Algorithm = 'sha256' | 'sha512';

/** What a file's content must give. */
export interface Checksum {
  readonly algorithm: Algorithm;
  /** Hexadecimal, in small letters. */
  readonly digest: string;
}

const DIGEST = 'sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}';

/** A checksum as the option has it: the digest itself, or where a list of digests is. */
export const CHECKSUM_PATTERN = `(${DIGEST}|sha(256|512):(/|https?://).+)`;

/** Whether a checksum as the option has it is the digest itself. */
export const isDigest = (given: string): boolean => new RegExp(`^(?:${DIGEST})$`).test(given);

/** The checksum that an option gives as the digest itself. */
export const digestOf = (given: string): Checksum => ({
  algorithm: given.slice(0, 6) as Algorithm,
  digest: given.slice(7).toLowerCase(),
});

const shown = (place: string) => (place.startsWith('/') ? place : shownUrl(place));

const isList = (value: string) => /^(\/|https?:)/.test(value);

/**
 * The checksum that an option gives, from the list where it names one.
 * @param given see CHECKSUM_PATTERN
 * @param name the file's name in the list
 * @throws OptionError when the list isn't there, or doesn't name the file
 */
export async function checksumOf(host: Host, given: string, name: string): Promise<Checksum> {
  const { algorithm } = digestOf(given);
  const value = given.slice(7);
  if (!isList(value)) return digestOf(given);
  const digest = digestIn(await textOf(host, value), algorithm, name);
  if (digest) return { algorithm, digest };
  throw new OptionError(
    'checksum',
    `${shown(value)} has no ${algorithm} of '${name}': give the digest itself`,
  );
}

/** What is doubtful about a checksum as the option has it: nothing checks the list itself. */
export const checksumWarnings = (given: string | undefined): string[] => {
  const [, list] = /^sha\d+:(http:.*)$/.exec(given ?? '') ?? [];
  if (list === undefined) return [];
  return [
    `option 'checksum': ${shown(list)} comes by plain http, so anybody on the way could change it: give an https URL, or the digest itself`,
  ];
};

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
    if (length > LONGEST_LIST) throw new OptionError('checksum', `${shown(place)} is no list of checksums`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A file's digest in a list as sha256sum(1) makes it, also with `--tag`; or in one that holds a digest and nothing
 * else. A line for the name as it is counts more than those for files of that name in directories.
 * @returns undefined where the list doesn't name it
 * @throws OptionError where it names several that differ
 */
export function digestIn(list: string, algorithm: Algorithm, name: string): string | undefined {
  const digits = algorithm === 'sha256' ? 64 : 128;
  const lines = list.split('\n').map((line) => line.trim());
  const plain = new RegExp(
    `^(\\\\?)(?<digest>[0-9a-f]{${digits}})(?: [ *]|[ \\t]+\\*?)[ \\t]*(?<file>.+)$`,
    'i',
  );
  const tagged = new RegExp(
    `^(\\\\?)${algorithm}\\s*\\((?<file>.+)\\)\\s*=\\s*(?<digest>[0-9a-f]{${digits}})$`,
    'i',
  );
  const entries = lines.flatMap((line) => {
    const found = plain.exec(line) ?? tagged.exec(line);
    const { digest = '', file = '' } = found?.groups ?? {};
    return found ? [{ digest: digest.toLowerCase(), file: found[1] ? unescaped(file) : file }] : [];
  });
  const own = entries.filter(({ file }) => file.replace(/^(\.\/)+/, '') === name);
  const alike = own.length > 0 ? own : entries.filter(({ file }) => basenameOf(file) === name);
  const [digest, ...others] = new Set(alike.map((entry) => entry.digest));
  if (others.length > 0) {
    throw new OptionError('checksum', `the list has several digests of '${name}': give the digest itself`);
  }
  if (digest !== undefined) return digest;
  const [only, ...more] = lines.filter(Boolean);
  const bare = new RegExp(`^[0-9a-f]{${digits}}$`, 'i');
  return only !== undefined && more.length === 0 && bare.test(only) ? only.toLowerCase() : undefined;
}

// A line that begins with a backslash has others in its name: sha256sum(1), "--check".
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' };
const unescaped = (file: string) =>
  file.replace(/\\([nr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);

const basenameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A content that fails at its end when it isn't what the checksum says. @param what it is, for the error */
export async function* checked(content: Bytes, { algorithm, digest }: Checksum, what: string): Bytes {
  const hash = createHash(algorithm);
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found === digest) return;
  throw new Failure(
    `option 'checksum': ${what} has ${algorithm}:${found} and not ${algorithm}:${digest}: it is damaged, or another one`,
  );
}
