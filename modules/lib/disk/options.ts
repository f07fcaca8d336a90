import { defineOptions } from '../ansible/spec.ts';
import { asOption } from '../failure.ts';
import { urlOf } from '../host/url.ts';
import { CHECKSUM_PATTERN } from './checksum.ts';

// What modules that take a template's origin say of it.
export const { checksum: checksumOption, member: memberOption } = defineOptions({
  checksum: {
    type: 'str',
    pattern: CHECKSUM_PATTERN,
    hint: "sha256: or sha512: with the digest in hexadecimal, or with the path or URL of a list such as SHA256SUMS that has the file's name",
    description: [
      'The checksum of O(source) or O(url): the digest itself, or the path or URL of a list of digests (F(SHA256SUMS)) that has its name.',
      'It is compared while the file is read; nothing is made of one that differs.',
    ],
  },
  member: {
    type: 'str',
    description: 'Which file of an archive is the disk, where it holds several that may be.',
  },
});

/** What the specs can't say of a template's origin. @throws OptionError */
export function checkOrigin({
  url,
  checksum,
}: {
  url?: string | undefined;
  checksum?: string | undefined;
}): void {
  if (url !== undefined) asOption('url', () => urlOf(url));
  const list = /^sha\d+:(https?:.*)$/.exec(checksum ?? '')?.[1];
  if (list !== undefined) asOption('checksum', () => urlOf(list));
}
