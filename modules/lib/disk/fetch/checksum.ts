import { createHash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { shownUrl } from '../../host/url.ts';
import type { Bytes } from '../../volume.ts';

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
export const parseDigest = (given: string): Checksum => ({
  algorithm: given.slice(0, 6) as Algorithm,
  digest: given.slice(7).toLowerCase(),
});

/** A place of a list of checksums for messages: a path, or a URL without its password. */
export const shownPlace = (place: string) => (place.startsWith('/') ? place : shownUrl(place));

/** What is doubtful about a checksum as the option has it: nothing checks the list itself. */
export const checksumWarnings = (given: string | undefined): string[] => {
  const [, list] = /^sha\d+:(http:.*)$/.exec(given ?? '') ?? [];
  if (list === undefined) return [];
  return [
    `option 'checksum': ${shownPlace(list)} comes by plain http, so anybody on the way could change it: give an https URL, or the digest itself`,
  ];
};

/** A content that fails at its end when it isn't what the checksum says. @param what it is, for the error */
export async function* verified(content: Bytes, { algorithm, digest }: Checksum, what: string): Bytes {
  const hash = createHash(algorithm);
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found === digest) return;
  throw new Failure(
    `option 'checksum': ${what} has ${algorithm}:${found} and not ${algorithm}:${digest}: it is damaged, or another file`,
  );
}
