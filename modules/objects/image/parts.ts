import { basename, join } from 'node:path';
import { withDefaults } from '../../lib/ansible/coerce.ts';
import { parseDigest } from '../../lib/disk/fetch/checksum.ts';
import { templateKey } from '../../lib/disk/template/key.ts';
import { type TemplateOptions, templateOptions } from '../template/options.ts';
import type { ImageOptions } from './options.ts';
import { recipeOf, versionOf } from './recipe.ts';

/** Where what is built or brought is, until a template is made of it. */
export const incomingOf = ({ directory }: Pick<ImageOptions, 'directory'>): string =>
  join(directory, 'incoming');

/** Whether an image is made from a file that isn't on the host yet: one of the controller, or what is built. */
export const comesIn = ({ state, url }: ImageOptions): boolean => state === 'present' && url === undefined;

/**
 * What a template is made from that comes in. It is called by what tells its content: one that a killed run has left is only
 * taken for the same, and two images of one content have one.
 */
export function sourceOf(image: ImageOptions): string {
  const recipe = recipeOf(image);
  const { checksum = '', member, path = '' } = image;
  const brought = () => `${templateKey(parseDigest(checksum), member)}-${basename(path).slice(-LONGEST)}`;
  return join(incomingOf(image), recipe ? versionOf(recipe) : brought());
}

/** Characters of a file's own name, which people see while it is unpacked. */
const LONGEST = 50;

/** The template of an image. */
export function templateOf(image: ImageOptions): TemplateOptions {
  const { name, state, directory, overlay_directories, url, checksum, member } = image;
  const common = { dest: join(directory, name), state, overlay_directories };
  if (state === 'absent') return withDefaults(templateOptions, common);
  const recipe = recipeOf(image);
  const from = comesIn(image) ? { source: sourceOf(image), remove_source: true } : { url };
  return withDefaults(templateOptions, {
    ...common,
    ...from,
    ...(recipe ? { version: versionOf(recipe) } : { checksum, member }),
  });
}

/** The file of the controller that an image is made from, where it was not brought yet, and where it is to be. */
export function uploadsOf(image: ImageOptions): Record<string, string> {
  const { name, path, uploaded } = image;
  return path === undefined || uploaded.includes(name) ? {} : { [name]: sourceOf(image) };
}
