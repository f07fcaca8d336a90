import { basename, dirname, join } from 'node:path';
import { archivedDisk, convert, extract, imageInfo, overlay, resize } from '../lib/disk/image.ts';
import { bytesOf, humanSize } from '../lib/disk/size.ts';
import { OptionError } from '../lib/failure.ts';
import type { Host } from '../lib/host/host.ts';
import type { ImageOptions, Step } from './plan.ts';

/** A disk holds what its guest keeps secret. libvirt gives it to the guest's user while it runs. */
const MODE = 0o600;

// Makes the disk under `work`, a directory beside it, so that naming it is a rename.
async function build(
  host: Host,
  step: Step & { act: 'create' },
  options: ImageOptions,
  work: string,
): Promise<string> {
  const { source, format, backing } = options;
  const made = join(work, 'disk');
  if (backing === 'overlay') {
    await overlay(host, source, step.sourceFormat ?? 'raw', made);
    return made;
  }
  if (step.source === 'disk') {
    await convert(host, source, step.sourceFormat ?? 'raw', made, format);
    return made;
  }
  const taken = await extract(host, source, await archivedDisk(host, source), work);
  const info = await imageInfo(host, taken);
  if (info.format === format) return taken;
  await convert(host, taken, info.format, made, format);
  return made;
}

async function create(host: Host, step: Step & { act: 'create' }, options: ImageOptions): Promise<void> {
  const { dest, format } = options;
  const work = join(dirname(dest), `.${basename(dest)}.piecewise-${process.pid}`);
  await host.makeDirectory(dirname(dest));
  await host.makeDirectory(work);
  try {
    const made = await build(host, step, options, work);
    const size = options.size === undefined ? undefined : bytesOf(options.size);
    if (size !== undefined) await growTo(host, made, format, size);
    await host.setAttributes(made, { mode: MODE });
    await host.publish(made, dest);
  } finally {
    await host.remove(work);
  }
}

async function growTo(host: Host, disk: string, format: string, size: number): Promise<void> {
  const info = await imageInfo(host, disk);
  if (size < info.size) {
    const least = humanSize(info.size);
    throw new OptionError(
      'size',
      `${humanSize(size)} is less than the ${least} of the template: a disk never shrinks`,
    );
  }
  if (size > info.size) await resize(host, disk, format, size);
}

/** Carries out one step. */
export async function applyStep(host: Host, step: Step, options: ImageOptions): Promise<undefined> {
  if (step.act === 'create') await create(host, step, options);
  else await growTo(host, options.dest, step.format, bytesOf(options.size ?? '') ?? 0);
  return undefined;
}
