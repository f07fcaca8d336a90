import { basename, join } from 'node:path';
import { withDefaults } from '../../lib/ansible/coerce.ts';
import { parseDigest } from '../../lib/disk/fetch/checksum.ts';
import { templateKey } from '../../lib/disk/template/key.ts';
import { type TemplateOptions, templateOptions } from '../template/options.ts';
import { publishedAt } from './catalogue.ts';
import type { ImageOptions } from './options.ts';
import { recipeOf, versionOf } from './recipe.ts';

/** The directory for built and uploaded files, until templates are made of them. */
export const incomingOf = ({ directory }: Pick<ImageOptions, 'directory'>): string =>
  join(directory, 'incoming');

/** Whether an image is made from a file that isn't on the host yet: it is uploaded or built first. */
export const hasNewSource = (image: ImageOptions): boolean =>
  image.state === 'present' && originOf(image)?.url === undefined;

/** What an image is downloaded from: its URL, or what the catalogue says of its name. */
export function originOf({ name, kind, debootstrap, url, path, checksum, mirror }: ImageOptions) {
  if (debootstrap !== undefined || path !== undefined) return undefined;
  if (url !== undefined) return { url, checksum };
  // The catalogue has disks.
  return kind === 'vm' ? publishedAt(name, mirror) : undefined;
}

/**
 * The path of the file that is uploaded or built. Its name identifies its content, so that a file that a killed run left is
 * used again only for the same content, and images with the same content share one file.
 */
export function sourceOf(image: ImageOptions): string {
  const recipe = recipeOf(image);
  const { checksum = '', member, path = '' } = image;
  const uploadedName = () =>
    `${templateKey(parseDigest(checksum), member)}-${basename(path).slice(-LONGEST)}`;
  return join(incomingOf(image), recipe ? versionOf(recipe) : uploadedName());
}

/** Characters of the original name, which is shown while the file is unpacked. */
const LONGEST = 50;

/** The options of an image's template. */
export function templateOf(image: ImageOptions): TemplateOptions {
  const { name, state, directory, overlay_directories, member, partition, kernel } = image;
  const root = image.kind === 'container';
  const common = { dest: join(directory, name), state, overlay_directories };
  if (state === 'absent') return withDefaults(templateOptions, common);
  const recipe = recipeOf(image);
  const { url, checksum = image.checksum } = originOf(image) ?? {};
  const from = hasNewSource(image) ? { source: sourceOf(image), remove_source: true } : { url };
  return withDefaults(templateOptions, {
    ...common,
    ...from,
    ...{ partition, kernel, root },
    ...(recipe ? { version: versionOf(recipe) } : { checksum, member }),
  });
}

/** The path to which the image's file must be uploaded, by the image's name; empty when it was uploaded or isn't needed. */
export function uploadsOf(image: ImageOptions): Record<string, string> {
  const { name, path, uploaded } = image;
  return path === undefined || uploaded.includes(name) ? {} : { [name]: sourceOf(image) };
}
