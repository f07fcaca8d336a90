import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import type { Bind } from '../lab/state.ts';
import { runModule } from '../support/module.ts';

/** The name of the image, for `archive_name`. */
export const IMAGE = 'counting';

const INSIDE = '/srv/move-guest';
const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const [INIT, BUILD] = [textOf('guest-init.sh'), textOf('build-guest.sh')];

// An edit of what it is built of makes another file.
const fileName = () => `${createHash('sha256').update(INIT).update(BUILD).digest('hex').slice(0, 16)}.qcow2`;

/** The directory of the image, as hypervisors see it. */
export const imageBind = (): Bind => ({ host: cacheDir('move-guest'), guest: INSIDE });

async function build(builder: Hypervisor, file: string): Promise<void> {
  const work = '/var/tmp/build-move-guest';
  await builder.exec(['sh', '-c', `rm -rf ${work}; mkdir ${work}; cat >${work}/init`], { input: INIT });
  await builder.exec(['sh', '-s', work], { input: BUILD });
  // It may be another file system, and who looks must see the whole file or none.
  copyFileSync(join(builder.root, work, 'guest.qcow2'), `${file}.part`);
  renameSync(`${file}.part`, file);
  await builder.exec(['rm', '-r', work]);
}

/** The image on the machine, built once in a hypervisor of Debian 12, whose kernel and busybox it has. */
function builtImage(candidate?: Hypervisor): Promise<string> {
  const file = join(cacheDir('move-guest'), fileName());
  return withLock('move-guest', async () => {
    if (!existsSync(file)) {
      await build(candidate?.release === 12 ? candidate : await sharedHypervisor(12), file);
    }
    return file;
  });
}

const checksumOf = (file: string) =>
  `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;

/** Makes the image a template of a hypervisor that was started with `imageBind`, as the role `image` lays it out. */
export async function provideImage(hypervisor: Hypervisor): Promise<void> {
  const file = await builtImage(hypervisor);
  const result = await runModule(hypervisor, 'disk_template', {
    dest: `/var/lib/libvirt/templates/${IMAGE}`,
    source: join(INSIDE, fileName()),
    checksum: checksumOf(file),
    kernel: true,
  });
  if (result.failed) throw new Error(`no image of the counting guest: ${result.msg}`);
}

/** The value of `images` by which the role `image` finds the same template. @param project gets the file */
export async function imageVariables(project: string): Promise<Record<string, unknown>> {
  const file = await builtImage();
  const [directory, name] = [join(project, 'files'), `${IMAGE}.qcow2`];
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, name))) {
    try {
      linkSync(file, join(directory, name));
    } catch {
      copyFileSync(file, join(directory, name));
    }
  }
  return { [IMAGE]: { path: join(directory, name), checksum: checksumOf(file), kernel: true } };
}
