import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { cacheDir } from '../lab/cache.ts';
import type { Bind } from '../lab/state.ts';

// What decides a template's content: an edit of any of it makes a cache of its own.
const RECIPE = ['roles/image/files/build-image.sh', 'roles/image/defaults/main.yml'];

const STORE = 'by-checksum';

/** The images that were ever built of the recipe, in a directory of the machine as the role `image` lays it out. */
export function builtTemplates(): string {
  const hash = createHash('sha256');
  for (const file of RECIPE) hash.update(readFileSync(join(ROOT, file)));
  const directory = join(cacheDir('templates'), hash.digest('hex').slice(0, 16));
  mkdirSync(join(directory, STORE), { recursive: true });
  return directory;
}

function linkImages(from: string, to: string): void {
  mkdirSync(join(to, STORE), { recursive: true });
  for (const name of readdirSync(join(from, STORE)).filter((one) => one.endsWith('.qcow2'))) {
    if (!existsSync(join(to, STORE, name))) linkSync(join(from, STORE, name), join(to, STORE, name));
  }
}

/**
 * A hypervisor's own templates, with the images that were built before; at the role's own path. Two that shared them
 * would remove what the other needs.
 */
export function templatesFor(lab: string): Bind {
  const host = join(cacheDir('templates-of'), lab);
  rmSync(host, { recursive: true, force: true });
  linkImages(builtTemplates(), host);
  return { host, guest: '/var/lib/libvirt/templates' };
}

/** Keeps what a hypervisor has built for those that come. */
export const keepTemplates = (lab: string): void =>
  linkImages(join(cacheDir('templates-of'), lab), builtTemplates());

/** What build-image.sh is given for an image of a suite that is declared with nothing else, but for its target. */
export function recipeOf(suite: string): string[] {
  const text = readFileSync(join(ROOT, 'roles/image/defaults/main.yml'), 'utf8');
  const { image_debootstrap_size: size, image_debootstrap_packages: packages } = parse(text) as {
    image_debootstrap_size: string;
    image_debootstrap_packages: string[];
  };
  return [suite, size, ...packages];
}

/** Where the role keeps what is built of a recipe, below its directory. */
export function keptAs(recipe: readonly string[]): string {
  const version = createHash('sha256').update(recipe.join('\n')).digest('hex').slice(0, 16);
  return `${STORE}/version-recipe-${version}.qcow2`;
}
