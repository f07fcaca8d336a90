import { defineOptions } from '../../ansible/spec.ts';
import { asOption, OptionError } from '../../failure.ts';
import { urlOf } from '../../host/url.ts';
import { CHECKSUM_PATTERN } from '../fetch/checksum.ts';

// What modules that take a template's origin say of it.
export const { checksum: checksumOption, member: memberOption } = defineOptions({
  checksum: {
    type: 'str',
    description: [
      'The checksum of O(source) or O(url): the digest itself, or the path or URL of a list of digests (F(SHA256SUMS)) that has its name.',
      'It is compared while the file is read; nothing is made of one that differs.',
      'A list that comes by plain http is a warning, since nothing checks it. A redirect from https to http is refused.',
    ],
  },
  member: {
    type: 'str',
    description: 'Which file of an archive is the disk, where it holds several that may be.',
  },
});

const CHECKSUM = new RegExp(`^(?:${CHECKSUM_PATTERN})$`);

/**
 * What the specs don't say of a template's origin. They could, but a pattern's error has the value, and a URL may have a
 * password.
 * @throws OptionError
 */
export function checkOrigin({ url, checksum }: Origin): void {
  if (url !== undefined) asOption('url', () => urlOf(url));
  if (checksum === undefined) return;
  if (!CHECKSUM.test(checksum)) {
    throw new OptionError(
      'checksum',
      "must be sha256: or sha512: with the digest in hexadecimal, or with the path or URL of a list such as SHA256SUMS that has the file's name",
    );
  }
  const list = /^sha\d+:(https?:.*)$/.exec(checksum)?.[1];
  if (list !== undefined) asOption('checksum', () => urlOf(list));
}

interface Origin {
  readonly url?: string | undefined;
  readonly checksum?: string | undefined;
}
