import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, withLock } from '../lab/cache.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import type { Bind } from '../lab/state.ts';
import { runModule } from '../support/module.ts';

/** An image with a kernel, busybox, and an init that is a script. */
export interface SmallImage {
  /** Its name, for `archive_name`. */
  readonly name: string;
  /** The text of the init. */
  readonly init: string;
}

const INSIDE = '/srv/move-guest';
const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const BUILD = textOf('build-guest.sh');

/** The name of the image of the counting guest. */
export const IMAGE = 'counting';

/** The image of the counting guest. */
export const COUNTING: SmallImage = { name: IMAGE, init: textOf('guest-init.sh') };

// An edit of what it is built of makes another file.
const fileName = ({ init }: SmallImage) =>
  `${createHash('sha256').update(init).update(BUILD).digest('hex').slice(0, 16)}.qcow2`;

/** The directory of such images, as hypervisors see it. */
export const imageBind = (): Bind => ({ host: cacheDir('move-guest'), guest: INSIDE });

async function build(builder: Hypervisor, { init }: SmallImage, file: string): Promise<void> {
  const work = '/var/tmp/build-move-guest';
  await builder.exec(['sh', '-c', `rm -rf ${work}; mkdir ${work}; cat >${work}/init`], { input: init });
  await builder.exec(['sh', '-s', work], { input: BUILD });
  // It may be another file system, and who looks must see the whole file or none.
  copyFileSync(join(builder.root, work, 'guest.qcow2'), `${file}.part`);
  renameSync(`${file}.part`, file);
  await builder.exec(['rm', '-r', work]);
}

/** The image on the machine, built once in a hypervisor of Debian 12, whose kernel and busybox it has. */
function builtImage(image: SmallImage, candidate?: Hypervisor): Promise<string> {
  const file = join(cacheDir('move-guest'), fileName(image));
  return withLock('move-guest', async () => {
    if (!existsSync(file)) {
      await build(candidate?.release === 12 ? candidate : await sharedHypervisor(12), image, file);
    }
    return file;
  });
}

const checksumOf = (file: string) =>
  `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;

/** Makes the image a template of a hypervisor that was started with `imageBind`, as the role `image` lays it out. */
export async function provideImage(hypervisor: Hypervisor, image: SmallImage = COUNTING): Promise<void> {
  const file = await builtImage(image, hypervisor);
  const result = await runModule(hypervisor, 'disk_template', {
    dest: `/var/lib/libvirt/templates/${image.name}`,
    source: join(INSIDE, fileName(image)),
    checksum: checksumOf(file),
    kernel: true,
  });
  if (result.failed) throw new Error(`no image '${image.name}': ${result.msg}`);
}

/** The value of `images` by which the role `image` finds the same template. @param project gets the file */
export async function imageVariables(
  project: string,
  image: SmallImage = COUNTING,
): Promise<Record<string, unknown>> {
  const file = await builtImage(image);
  const [directory, name] = [join(project, 'files'), `${image.name}.qcow2`];
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, name))) {
    try {
      linkSync(file, join(directory, name));
    } catch {
      copyFileSync(file, join(directory, name));
    }
  }
  return { [image.name]: { path: join(directory, name), checksum: checksumOf(file), kernel: true } };
}
