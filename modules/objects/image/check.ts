import { isDigest } from '../../lib/disk/checksum.ts';
import { OptionError } from '../../lib/failure.ts';
import { template } from '../template/template.ts';
import type { ImageOptions } from './options.ts';
import { templateOf } from './parts.ts';
import { ofTemplate } from './words.ts';

const ORIGINS = ['debootstrap', 'url', 'path'] as const;

function checkOrigin(image: ImageOptions): void {
  const { checksum, path } = image;
  const [origin, ...others] = ORIGINS.filter((name) => image[name] !== undefined);
  if (origin === undefined) {
    throw new OptionError('debootstrap', "is required, or 'url' or 'path': where the image comes from");
  }
  if (others.length > 0) {
    throw new OptionError(origin, `excludes '${others.join("' and '")}': give one of them`);
  }
  if (origin === 'debootstrap') {
    for (const name of ['checksum', 'member'] as const) {
      if (image[name] !== undefined) {
        throw new OptionError(name, "is of an image by 'url' or 'path', and this one is built: leave it out");
      }
    }
    return;
  }
  if (checksum === undefined) {
    const way = path === undefined ? ', or where a list of digests is' : '';
    throw new OptionError(
      'checksum',
      `is required with '${origin}': sha256: or sha512: with the digest${way}`,
    );
  }
  if (path !== undefined && !isDigest(checksum)) {
    throw new OptionError(
      'checksum',
      "must be the digest of the file itself, with a 'path': sha256: or sha512: with the digest in hexadecimal",
    );
  }
}

/** What one image can't be. @throws OptionError */
export function checkImage(image: ImageOptions): void {
  if (image.state === 'present') checkOrigin(image);
  ofTemplate(image, () => template.check?.(templateOf(image)));
}
