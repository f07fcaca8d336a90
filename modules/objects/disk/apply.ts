import { basename, dirname, join } from 'node:path';
import { humanSize } from '../../lib/disk/formats/size.ts';
import type { Disk } from '../../lib/disk/image/disk.ts';
import { inspectAs, inspectOneFile } from '../../lib/disk/image/inspect.ts';
import {
  convert,
  createEmpty,
  createOverlay,
  type Layout,
  reflink,
  resize,
} from '../../lib/disk/image/write.ts';
import { inspectSource, requireReadable } from '../../lib/disk/template/source.ts';
import { keepTemplate } from '../../lib/disk/template/store.ts';
import { unpack } from '../../lib/disk/unpack/unpack.ts';
import { growSafely } from '../../lib/disk/usage/grow.ts';
import { checkRemovable, readSafely, useAsBacking } from '../../lib/disk/usage/guards.ts';
import { withWorkDirectory } from '../../lib/disk/work-directory.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import type { DiskOptions } from './options.ts';
import type { Step } from './plan.ts';

/** A disk holds a guest's secrets. libvirt gives it to the guest's user while the guest runs. */
const MODE = 0o600;

type Create = Extract<Step, { act: 'create' }>;
type Empty = Extract<Step, { act: 'create-empty' }>;

// The disk to make the new one from: an existing one, or a temporary one in `work`.
async function templateOf(host: Host, step: Create, options: DiskOptions, work: string): Promise<Disk> {
  const { from, checksum, key } = step;
  const { url, source, member, templates } = options;
  if (key !== undefined) {
    const origin = { url, source: source === undefined ? undefined : from, checksum, member };
    const path = await keepTemplate(host, templates, key, origin);
    return requireReadable(host, await inspectAs(host, path, 'qcow2'), path, false);
  }
  const found = await inspectSource(host, from);
  const path = await unpack(host, { path: from, kind: found?.kind, checksum, member }, work);
  return path === from
    ? requireReadable(host, found, path, options.backing_chain)
    : inspectOneFile(host, path, from);
}

// Whether a disk already has the desired layout, so that it needn't be converted.
const isAlike = (disk: Disk, { format, preallocation, clusterSize }: Layout) =>
  disk.format === format &&
  preallocation === 'off' &&
  disk.backing === undefined &&
  !disk.external &&
  (clusterSize === undefined || clusterSize === disk.clusterSize);

async function copy(host: Host, template: Disk, made: string, layout: Layout): Promise<void> {
  await readSafely(host, template, async () => {
    if (isAlike(template, layout) && (await reflink(host, template.path, made))) return;
    await convert(host, template, made, layout);
  });
}

/** A disk in `work`. `size` is that of its template, in bytes. */
interface Built {
  readonly path: string;
  readonly size: number;
}

// Makes the disk in `work`, a directory on the same file system, so that it gets its name by a rename.
async function build(host: Host, step: Create | Empty, options: DiskOptions, work: string): Promise<Built> {
  const { layout } = step;
  const made = join(work, 'made');
  if (step.act === 'create-empty') {
    await createEmpty(host, made, layout, step.size);
    return { path: made, size: step.size };
  }
  const template = await templateOf(host, step, options, work);
  if (step.size !== undefined && step.size < template.size) {
    throw new OptionError(
      'size',
      `${humanSize(step.size)} is less than the ${humanSize(template.size)} of the template: a disk never shrinks`,
    );
  }
  const { size } = template;
  if (options.backing === 'overlay') {
    await useAsBacking(host, template, () => createOverlay(host, template, made, layout));
    return { path: made, size };
  }
  if (template.path.startsWith(`${work}/`) && isAlike(template, layout)) return template;
  await copy(host, template, made, layout);
  return { path: made, size };
}

async function create(host: Host, step: Create | Empty, options: DiskOptions): Promise<void> {
  const { dest } = options;
  await withWorkDirectory(host, dest, async (work) => {
    if ((await host.list(dirname(dest))).includes(basename(dest))) {
      throw new Failure(`${dest} exists now, or is a link to nothing: check what it is`);
    }
    const { path, size } = await build(host, step, options, work);
    if (step.size !== undefined && step.size > size) await resize(host, path, step.layout, step.size);
    await host.setAttributes(path, { mode: MODE });
    await host.publishNew(path, dest);
  });
}

/** Carries out one step. */
export async function applyStep(host: Host, step: Step, options: DiskOptions): Promise<undefined> {
  const { dest } = options;
  if (step.act === 'remove') {
    await checkRemovable(host, dest);
    await host.remove(dest);
  } else if (step.act === 'grow') await growSafely(host, dest, step.layout, step.size);
  else await create(host, step, options);
  return undefined;
}
