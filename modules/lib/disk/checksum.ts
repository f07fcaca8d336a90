import { createHash } from 'node:crypto';
import { Failure, OptionError } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Bytes } from '../volume.ts';

export type Algorithm = 'sha256' | 'sha512';

/** What a file's content must give. */
export interface Checksum {
  readonly algorithm: Algorithm;
  /** Hexadecimal, in small letters. */
  readonly digest: string;
}

/** A checksum as the option has it: the digest itself, or where a list of digests is. */
export const CHECKSUM_PATTERN =
  '(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}|sha(256|512):(/|https?://).+)';

const isList = (value: string) => /^(\/|https?:)/.test(value);

/**
 * The checksum that an option gives, from the list where it names one.
 * @param given see CHECKSUM_PATTERN
 * @param name the file's name in the list
 * @throws OptionError when the list isn't there, or doesn't name the file
 */
export async function checksumOf(host: Host, given: string, name: string): Promise<Checksum> {
  const algorithm = given.slice(0, 6) as Algorithm;
  const value = given.slice(7);
  if (!isList(value)) return { algorithm, digest: value.toLowerCase() };
  const digest = digestIn(await textOf(host, value), algorithm, name);
  if (digest) return { algorithm, digest };
  throw new OptionError('checksum', `${value} has no ${algorithm} of '${name}': give the digest itself`);
}

/** More than any list of checksums has, in bytes. */
const LONGEST_LIST = 16 * 1024 ** 2;

async function textOf(host: Host, place: string): Promise<string> {
  if (place.startsWith('/') && !(await host.stat(place))) {
    throw new OptionError('checksum', `${place} isn't there: the list of checksums`);
  }
  const content = place.startsWith('/') ? host.stream(place) : (await host.download(place)).content;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_LIST) throw new OptionError('checksum', `${place} is no list of checksums`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A file's digest in a list as sha256sum(1) makes it, also with `--tag`; or in one that holds a digest and nothing
 * else.
 * @returns undefined where the list doesn't name it
 */
export function digestIn(list: string, algorithm: Algorithm, name: string): string | undefined {
  const digits = algorithm === 'sha256' ? 64 : 128;
  const lines = list.split('\n').map((line) => line.trim());
  const plain = new RegExp(`^\\\\?([0-9a-f]{${digits}})[ \\t]+\\*?(.+)$`, 'i');
  const tagged = new RegExp(`^${algorithm}\\s*\\((.+)\\)\\s*=\\s*([0-9a-f]{${digits}})$`, 'i');
  for (const line of lines) {
    const [, digest, file] = plain.exec(line) ?? [];
    if (digest && file && basenameOf(file) === name) return digest.toLowerCase();
    const [, other, value] = tagged.exec(line) ?? [];
    if (value && other && basenameOf(other) === name) return value.toLowerCase();
  }
  const bare = lines.filter(Boolean);
  const only = bare.length === 1 ? bare[0] : undefined;
  return only && new RegExp(`^[0-9a-f]{${digits}}$`, 'i').test(only) ? only.toLowerCase() : undefined;
}

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
