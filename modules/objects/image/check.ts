import { isDigest } from '../../lib/disk/fetch/checksum.ts';
import { OptionError } from '../../lib/failure.ts';
import { template } from '../template/template.ts';
import type { ImageOptions } from './options.ts';
import { templateOf } from './parts.ts';
import { ofTemplate } from './words.ts';

/** Checks the options of one image. @throws OptionError */
export function checkImage(image: ImageOptions): void {
  const { path, checksum = '' } = image;
  if (path !== undefined && !isDigest(checksum)) {
    throw new OptionError(
      'checksum',
      "must be the digest of the file itself, with a 'path': sha256: or sha512: with the digest in hexadecimal",
    );
  }
  ofTemplate(image, () => template.check?.(templateOf(image)));
}
