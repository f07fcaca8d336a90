import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { templateCache } from './templates.ts';

const NAME = 'debian-12.qcow2';

/**
 * An image of Debian 12 with cloud-init and SSH, as the role `image` builds it, in the shared hypervisor: from the cache, or
 * built there.
 * @returns its path inside
 */
export async function guestImage(hypervisor: Hypervisor): Promise<string> {
  const { host } = templateCache();
  const path = `/srv/templates/${basename(host)}/${NAME}`;
  await withLock(`image-${basename(host)}`, async () => {
    if (existsSync(join(host, NAME))) return;
    const role = (file: string) => readFileSync(join(ROOT, 'roles', 'image', file), 'utf8');
    const defaults = parse(role('defaults/main.yml')) as Record<string, string & string[]>;
    const size = String(defaults.image_debootstrap_size);
    const words = ['bookworm', size, ...(defaults.image_debootstrap_packages ?? []).map(String)];
    // Kept as the role would keep it, so that the role finds it where the cache is shown to it.
    const recipe = createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 16);
    const template = `by-checksum/version-recipe-${recipe}.qcow2`;
    await hypervisor.exec(['sh', '-s', '--', join(dirname(path), template), ...words], {
      input: role('files/build-image.sh'),
      timeout: 1200,
    });
    symlinkSync(template, join(host, NAME));
  });
  return path;
}
