import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
    const words = [
      path,
      'bookworm',
      defaults.image_debootstrap_size,
      ...(defaults.image_debootstrap_packages ?? []),
    ];
    await hypervisor.exec(['sh', '-s', '--', ...words.map(String)], {
      input: role('files/build-image.sh'),
      timeout: 1200,
    });
  });
  return path;
}
