import { createHash } from 'node:crypto';
import { parseSize } from '../../lib/disk/formats/size.ts';
import type { ImageOptions } from './options.ts';

/** What is built by debootstrap. */
export interface Recipe {
  /** A Debian release; `-` for the host's own. */
  readonly suite: string;
  /** Of the disk, as it was given. */
  readonly size: string;
  readonly packages: readonly string[];
}

type Given = Pick<ImageOptions, 'debootstrap' | 'debootstrap_packages' | 'debootstrap_size'>;

/** The recipe of an image; undefined for one that isn't built. */
export function recipeOf({ debootstrap, debootstrap_packages, debootstrap_size }: Given): Recipe | undefined {
  if (debootstrap === undefined) return undefined;
  const { suite, size = debootstrap_size, packages } = debootstrap;
  return { suite, size, packages: [...debootstrap_packages, ...packages] };
}

/** Identifies the content of a built image. An image is built again when this changes. */
export function versionOf({ suite, size, packages }: Recipe): string {
  const words = [suite, size, ...packages].join('\n');
  return `recipe-${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
}

/** The size of the disk in bytes. */
export const sizeOf = ({ size }: Recipe): number => parseSize(size) ?? 0;
