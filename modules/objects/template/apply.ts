import { dirname, relative } from 'node:path';
import type { Outcome } from '../../lib/ansible/plan.ts';
import { bootPathsOf } from '../../lib/disk/template/key.ts';
import { keepTemplate } from '../../lib/disk/template/store.ts';
import { checkRemovable } from '../../lib/disk/usage/guards.ts';
import { findOverlays } from '../../lib/disk/usage/overlays.ts';
import { possibleOverlays } from '../../lib/disk/usage/users.ts';
import type { Host } from '../../lib/host/host.ts';
import type { TemplateOptions } from './options.ts';
import type { Step, TemplateResult } from './plan.ts';

/** Carries one step out. */
export async function applyStep(
  host: Host,
  step: Step,
  { dest, overlay_directories }: TemplateOptions,
): Promise<Outcome<TemplateResult> | undefined> {
  const directory = dirname(dest);
  if (step.act === 'keep') await keepTemplate(host, directory, step.key, step.origin);
  else if (step.act === 'remove-source') await removeSource(host, step.source);
  else if (step.act === 'name') await host.symlink(relative(directory, step.template), dest);
  else if (step.act === 'unname') await host.remove(dest);
  else return removeUnneeded(host, step.template, [directory, ...overlay_directories]);
  return undefined;
}

async function removeSource(host: Host, source: string): Promise<void> {
  await checkRemovable(host, source);
  await host.remove(source);
}

// Another task may have made an overlay since the plan.
async function removeUnneeded(
  host: Host,
  template: string,
  directories: readonly string[],
): Promise<Outcome<TemplateResult> | undefined> {
  const disks = await possibleOverlays(host, template, await findOverlays(host, directories));
  if (disks.length > 0) return { changed: false, result: { needed: { [template]: disks } } };
  // Its files before itself: if this run is killed, the next one finds them by it.
  for (const file of Object.values(bootPathsOf(template))) await host.remove(file);
  await host.remove(template);
  return undefined;
}
