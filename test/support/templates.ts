import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { cacheDir } from '../lab/cache.ts';
import type { Bind } from '../lab/state.ts';

// What decides a template's content: an edit of any of it makes a cache of its own.
const RECIPE = ['roles/image/files/build-image.sh', 'roles/image/defaults/main.yml'];

/** A place for the images that the role `image` builds that outlives the hypervisor, at the role's own path. */
export function templateCache(): Bind {
  const hash = createHash('sha256');
  for (const file of RECIPE) hash.update(readFileSync(join(ROOT, file)));
  const host = join(cacheDir('templates'), hash.digest('hex').slice(0, 16));
  mkdirSync(join(host, 'by-checksum'), { recursive: true });
  return { host, guest: '/var/lib/libvirt/templates' };
}

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
  return `by-checksum/version-recipe-${version}.qcow2`;
}
