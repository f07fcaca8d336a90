import { defineOptions } from '../../ansible/spec.ts';
import { asOption, OptionError } from '../../failure.ts';
import { urlOf } from '../../host/url.ts';
import { CHECKSUM_PATTERN } from '../fetch/checksum.ts';

// Options of all modules that make a template.
export const {
  checksum: checksumOption,
  member: memberOption,
  partition: partitionOption,
  kernel: kernelOption,
} = defineOptions({
  partition: {
    type: 'int',
    minimum: 1,
    maximum: 128,
    description:
      'The number of the partition of the disk that becomes the template, without a boot loader. Guests with such a disk boot by a kernel of the host. By default, the template is the whole disk.',
  },
  kernel: {
    type: 'bool',
    default: false,
    description:
      'Whether the newest kernel in C(/boot) that has an initial RAM disk is stored beside the template, as C(by-checksum/….kernel) and C(….initrd). The file system must be ext2, ext3 or ext4. It is not mounted.',
  },
  checksum: {
    type: 'str',
    description: [
      'The checksum of O(source) or O(url): the digest itself, or the path or URL of a list of digests (C(SHA256SUMS)) that names the file.',
      'It is verified while the file is read. A file that differs is an error, and is not used.',
      'A list that is fetched by plain http causes a warning, since nothing verifies it. A redirect from https to http is refused.',
    ],
  },
  member: {
    type: 'str',
    description:
      'The file of an archive that is the disk. Needed only when several of its files may be disks.',
  },
});

const CHECKSUM = new RegExp(`^(?:${CHECKSUM_PATTERN})$`);

/**
 * Checks the options url and checksum. Not done by patterns in the specs: their errors show the value, and a URL may have a
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
