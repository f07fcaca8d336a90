import { basename, dirname, join, relative } from 'node:path';
import { type Module, type Outcome, observeEach } from '../lib/ansible/plan.ts';
import { checksumOf } from '../lib/disk/checksum.ts';
import { fileNameOf } from '../lib/disk/fetch.ts';
import { type Overlays, overlaysOn } from '../lib/disk/overlays.ts';
import { sourceAt } from '../lib/disk/source.ts';
import { keepTemplate, storedAs, storeIn } from '../lib/disk/store.ts';
import type { Host } from '../lib/host/host.ts';
import { isTemporary } from '../lib/host/temporary.ts';
import { checkOptions, keyFor, planTemplate, type State, type Step, type TemplateOptions } from './plan.ts';
import { spec } from './spec.ts';

/** An item, and what its name is to lead to. */
interface Wish {
  readonly options: TemplateOptions;
  readonly wanted: string | undefined;
  readonly checksum: State['checksum'];
}

async function wishOf(host: Host, options: TemplateOptions): Promise<Wish> {
  const { dest, state, source, url, checksum: given } = options;
  if (state === 'absent') return { options, wanted: undefined, checksum: undefined };
  const name = url === undefined ? basename(source ?? '') : fileNameOf(url);
  const checksum = given === undefined ? undefined : await checksumOf(host, given, name);
  return { options, wanted: storedAs(dirname(dest), keyFor(options, checksum)), checksum };
}

// Where a name leads, if it is a link to a template of its directory.
async function leadsTo(host: Host, dest: string): Promise<State['now']> {
  const target = await host.realPath(dest);
  if (target === undefined) return undefined;
  const store = storeIn(dirname(dest));
  // The store may be a link to where there is room.
  if (dirname(target) === (await host.realPath(store))) return join(store, basename(target));
  // And so may a template of it.
  for (const name of await host.list(store)) {
    if ((await host.realPath(join(store, name))) === target) return join(store, name);
  }
  return 'taken';
}

// The templates of a directory that no name leads to, but for the names of the task itself.
async function looseIn(host: Host, directory: string, wishes: readonly Wish[]): Promise<string[]> {
  const own = wishes.map(({ options }) => options.dest);
  // A link that a killed run was about to give its name is no name.
  const given = (await host.list(directory)).filter((name) => !isTemporary(name));
  const names = given.map((name) => join(directory, name));
  const others = await Promise.all(
    names.filter((name) => !own.includes(name)).map((name) => leadsTo(host, name)),
  );
  const needed = [...others, ...wishes.map(({ wanted }) => wanted)];
  const kept = (await host.list(storeIn(directory))).filter(
    (name) => name.endsWith('.qcow2') && !name.startsWith('.'),
  );
  return kept.map((name) => join(storeIn(directory), name)).filter((path) => !needed.includes(path));
}

async function observe(host: Host, items: readonly TemplateOptions[]): Promise<(State | Error)[]> {
  const wishes = await observeEach(items, (options) => wishOf(host, options));
  const certain = wishes.flatMap((wish) => (wish instanceof Error ? [] : wish));
  // Of a task that doesn't know what it wants, nothing is taken for unneeded.
  const directories =
    certain.length < wishes.length ? [] : [...new Set(items.map(({ dest }) => dirname(dest)))];
  const loose = (await Promise.all(directories.map((one) => looseIn(host, one, certain)))).flat();
  const places = [...directories, ...items.flatMap(({ overlay_directories }) => overlay_directories)];
  const overlays = loose.length > 0 ? await overlaysOn(host, places) : undefined;
  const told = new Set<string>();
  return observeEach(wishes, async (wish) => {
    if (wish instanceof Error) throw wish;
    const { options, wanted, checksum } = wish;
    const { dest, source } = options;
    // Each is told once, with the first name of its directory.
    const own = loose.filter((path) => dirname(dirname(path)) === dirname(dest) && !told.has(path));
    for (const path of own) told.add(path);
    const needs = async (path: string) => (overlays ? await mayNeed(host, path, overlays) : []);
    const kept = wanted !== undefined && (await host.stat(wanted)) !== undefined;
    return {
      now: await leadsTo(host, dest),
      wanted,
      checksum,
      kept,
      source: source === undefined || wanted === undefined || kept ? undefined : await sourceAt(host, source),
      loose: new Map(await Promise.all(own.map(async (path) => [path, await needs(path)] as const))),
    };
  });
}

// The disks that may need a file: its overlays, and those of which nobody knows what they are of.
async function mayNeed(host: Host, path: string, { byBacking, unknown }: Overlays): Promise<string[]> {
  const overlays = byBacking.get((await host.realPath(path)) ?? path) ?? [];
  return [...new Set([...overlays, ...unknown])].sort();
}

async function apply(
  host: Host,
  step: Step,
  { dest, overlay_directories }: TemplateOptions,
): Promise<Outcome | undefined> {
  const directory = dirname(dest);
  if (step.act === 'keep') await keepTemplate(host, directory, step.key, step.origin);
  else if (step.act === 'name') await host.symlink(relative(directory, step.template), dest);
  else if (step.act === 'unname') await host.remove(dest);
  else return removeUnneeded(host, step.template, [directory, ...overlay_directories]);
  return undefined;
}

// Since it was looked for, somebody may have made an overlay.
async function removeUnneeded(
  host: Host,
  template: string,
  places: readonly string[],
): Promise<Outcome | undefined> {
  const disks = await mayNeed(host, template, await overlaysOn(host, places));
  if (disks.length > 0) return { changed: false, result: { needed: { [template]: disks } } };
  await host.remove(template);
  return undefined;
}

export const module: Module<TemplateOptions, State, Step> = {
  spec,
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planTemplate,
  weight: (step) => (step.act === 'keep' ? step.weight : 0),
  apply,
};
