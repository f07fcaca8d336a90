import { createHash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import { shownUrl } from '../../host/url.ts';
import type { Bytes } from '../../volume.ts';

export type Algorithm = 'sha256' | 'sha512';

/** The checksum that a file must have. */
export interface Checksum {
  readonly algorithm: Algorithm;
  /** Hexadecimal, in lower case. */
  readonly digest: string;
}

const DIGEST = 'sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128}';

/** The option `checksum`: the digest itself, or the path or URL of a list of digests. */
export const CHECKSUM_PATTERN = `(${DIGEST}|sha(256|512):(/|https?://).+)`;

/** Whether the option `checksum` is the digest itself. */
export const isDigest = (given: string): boolean => new RegExp(`^(?:${DIGEST})$`).test(given);

/** Parses the option `checksum` that is the digest itself. */
export const parseDigest = (given: string): Checksum => ({
  algorithm: given.slice(0, 6) as Algorithm,
  digest: given.slice(7).toLowerCase(),
});

/** The path or URL of a list of checksums for messages, without the password of a URL. */
export const shownLocation = (location: string) => (location.startsWith('/') ? location : shownUrl(location));

/** Warns of a list of digests that comes by plain HTTP: nothing verifies the list. */
export const checksumWarnings = (given: string | undefined): string[] => {
  const [, list] = /^sha\d+:(http:.*)$/.exec(given ?? '') ?? [];
  if (list === undefined) return [];
  return [
    `option 'checksum': ${shownLocation(list)} is fetched by plain http, so it can be changed on the way: use an https URL, or the digest itself`,
  ];
};

/** Passes a stream on, and fails at its end when its checksum differs. @param what it is, for the error */
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
