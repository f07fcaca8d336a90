import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  mkdirSync(host, { recursive: true });
  return { host, guest: '/var/lib/libvirt/templates' };
}
