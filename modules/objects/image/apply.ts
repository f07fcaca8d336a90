import type { Outcome } from '../../lib/ansible/plan.ts';
import { asError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { template } from '../template/template.ts';
import { buildImage } from './build.ts';
import type { ImageOptions } from './options.ts';
import { hasNewSource, incomingOf, sourceOf, templateOf } from './parts.ts';
import type { ImageResult, Step } from './plan.ts';
import { inImageWords } from './words.ts';

/** Carries one step out. */
export async function applyStep(
  host: Host,
  step: Step,
  image: ImageOptions,
): Promise<Outcome<ImageResult> | undefined> {
  try {
    if (step.part === 'template') return await template.apply(host, step.step, templateOf(image));
    await buildImage(host, sourceOf(image), image.name, step.recipe);
    return undefined;
  } catch (error) {
    throw inImageWords(image, asError(error));
  } finally {
    const usedSource = step.part === 'build' || step.step.act === 'keep';
    if (usedSource && hasNewSource(image)) await cleanUp(host, image);
  }
}

// A built file is kept when making the template failed, since building takes minutes. An uploaded file is removed.
async function cleanUp(host: Host, image: ImageOptions): Promise<void> {
  if (image.path !== undefined) await host.remove(sourceOf(image));
  await host.removeDirectory(incomingOf(image));
}
