import { isDigest } from '../../lib/disk/fetch/checksum.ts';
import { OptionError } from '../../lib/failure.ts';
import { template } from '../template/template.ts';
import type { ImageOptions } from './options.ts';
import { templateOf } from './parts.ts';
import { ofTemplate } from './words.ts';

/** Checks the options of one image. @throws OptionError */
export function checkImage(image: ImageOptions): void {
  const { state, kind, debootstrap, url, path, checksum, mirror } = image;
  const isGiven = debootstrap !== undefined || url !== undefined || path !== undefined;
  if (state === 'present' && !isGiven && kind === 'container')
    throw new OptionError(
      'kind',
      "is for images with 'debootstrap', 'url' or 'path': the catalogue has disks only",
    );
  if (kind === 'container' && debootstrap?.size !== undefined)
    throw new OptionError(
      'debootstrap.size',
      'is only for disks: the root of a container has no size of its own',
    );
  if (state === 'present' && !isGiven && checksum !== undefined)
    throw new OptionError('checksum', "is that of the catalogue, unless there is a 'url' or 'path'");
  if (mirror !== undefined && !/^https?:\/\/[^/\s]/.test(mirror))
    throw new OptionError('mirror', `'${mirror}' is not a URL that begins with https:// or http://`);
  if (path !== undefined && !isDigest(checksum ?? '')) {
    throw new OptionError(
      'checksum',
      "must be the digest of the file itself, with a 'path': sha256: or sha512: with the digest in hexadecimal",
    );
  }
  ofTemplate(image, () => template.check?.(templateOf(image)));
}
