import { createHash } from 'node:crypto';
import { parseSize } from '../../lib/disk/formats/size.ts';
import type { ImageOptions } from './options.ts';

/** What is built by debootstrap. */
export interface Recipe {
  /** A Debian release; `-` for the host's own. */
  readonly suite: string;
  /** Of the disk, as it was given; undefined for the root of a container. */
  readonly size: string | undefined;
  readonly packages: readonly string[];
}

type Given = Pick<ImageOptions, 'kind' | 'debootstrap' | 'debootstrap_packages' | 'debootstrap_size'>;

/** The recipe of an image; undefined for one that isn't built. */
export function recipeOf({
  kind,
  debootstrap,
  debootstrap_packages,
  debootstrap_size,
}: Given): Recipe | undefined {
  if (debootstrap === undefined) return undefined;
  const { suite, size = debootstrap_size, packages } = debootstrap;
  const all = [...debootstrap_packages, ...packages];
  if (kind === 'vm') return { suite, size, packages: all };
  // A container runs with the kernel of its host.
  return { suite, size: undefined, packages: all.filter((name) => !name.startsWith('linux-image-')) };
}

/** Identifies the content of a built image. An image is built again when this changes. */
export function versionOf({ suite, size, packages }: Recipe): string {
  const words = [suite, size ?? 'root', ...packages].join('\n');
  return `recipe-${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
}

/** The size of the disk in bytes. */
export const sizeOf = ({ size }: Recipe): number => parseSize(size ?? '') ?? 0;
