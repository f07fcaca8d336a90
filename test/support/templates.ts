import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { withDefaults } from '../../modules/lib/ansible/coerce.ts';
import { storedPath } from '../../modules/lib/disk/template/key.ts';
import { imageOptions } from '../../modules/objects/image/options.ts';
import { recipeOf, versionOf } from '../../modules/objects/image/recipe.ts';
import { cacheDir } from '../lab/cache.ts';
import type { Bind } from '../lab/state.ts';

// What decides a template's content: an edit of any of it makes a cache of its own.
const RECIPE = ['modules/objects/image/build-image.sh', 'modules/objects/image/options.ts'];

const STORE = 'by-checksum';

/** The images that were ever built of the recipe, in a directory of the machine as the module `image` lays it out. */
export function builtTemplates(): string {
  const hash = createHash('sha256');
  for (const file of RECIPE) hash.update(readFileSync(join(ROOT, file)));
  const directory = join(cacheDir('templates'), hash.digest('hex').slice(0, 16));
  mkdirSync(join(directory, STORE), { recursive: true });
  return directory;
}

/** Gives the images of one directory to another, which keeps its own. */
export function linkImages(from: string, to: string): void {
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

/**
 * The same for a hypervisor of any release whose guests are of Debian 12. The suite of a hypervisor of Debian 12 gives the
 * same image: the one that other tests have built serves.
 */
export function bookwormFor(lab: string): Bind {
  const bind = templatesFor(lab);
  const [built, template] = [builtIn(bind.host), builtIn(bind.host, 'bookworm')];
  if (existsSync(built) && !existsSync(template)) linkSync(built, template);
  return bind;
}

/** Keeps what a hypervisor has built for those that come. */
export const keepTemplates = (lab: string): void =>
  linkImages(join(cacheDir('templates-of'), lab), builtTemplates());

/**
 * Where an image is kept that is declared with nothing but its suite.
 * @param directory of the images
 * @param suite the hypervisor's own by default
 */
export function builtIn(directory: string, suite?: string): string {
  const recipe = recipeOf(withDefaults(imageOptions, { name: 'debian', debootstrap: { suite } }));
  if (!recipe) throw new Error('an image by debootstrap has a recipe');
  return storedPath(directory, `version-${versionOf(recipe)}`);
}
