import { basename, dirname, join } from 'node:path';
import { observeEach } from '../../lib/ansible/plan.ts';
import { fileNameOf } from '../../lib/disk/fetch/file-name.ts';
import { readChecksum } from '../../lib/disk/fetch/read-checksum.ts';
import { isTemplateName, storeDirectory, storedPath } from '../../lib/disk/template/key.ts';
import { inspectSource } from '../../lib/disk/template/source.ts';
import { findOverlays } from '../../lib/disk/usage/overlays.ts';
import { possibleOverlays } from '../../lib/disk/usage/users.ts';
import type { Host } from '../../lib/host/host.ts';
import { isTemporary } from '../../lib/host/temporary.ts';
import type { TemplateOptions } from './options.ts';
import { keyFor, keyOfDisk, type State } from './plan.ts';

/** An item, and the template to which its name must lead. */
interface Desired {
  readonly options: TemplateOptions;
  readonly desired: string | undefined;
  readonly checksum: State['checksum'];
}

async function desiredOf(host: Host, options: TemplateOptions): Promise<Desired> {
  const { dest, state, source, url, checksum: given } = options;
  if (state === 'absent') return { options, desired: undefined, checksum: undefined };
  const name = url === undefined ? basename(source ?? '') : fileNameOf(url);
  const checksum = given === undefined ? undefined : await readChecksum(host, given, name);
  return { options, desired: storedPath(dirname(dest), keyFor(options, checksum)), checksum };
}

// The template to which a name leads now; `taken` when it isn't a link to a template of its directory.
async function currentTemplate(host: Host, dest: string): Promise<State['current']> {
  const target = await host.realPath(dest);
  if (target === undefined) return undefined;
  const store = storeDirectory(dirname(dest));
  // The directory of templates may be a link to another disk.
  if (dirname(target) === (await host.realPath(store))) return join(store, basename(target));
  // So may a template in it.
  for (const name of await host.list(store)) {
    if ((await host.realPath(join(store, name))) === target) return join(store, name);
  }
  return 'taken';
}

// The templates of a directory to which no name will lead after this task.
async function unusedIn(host: Host, directory: string, all: readonly Desired[]): Promise<string[]> {
  const dests = all.map(({ options }) => options.dest);
  // A temporary link of a killed run doesn't count.
  const given = (await host.list(directory)).filter((name) => !isTemporary(name));
  const names = given.map((name) => join(directory, name));
  const others = await Promise.all(
    names.filter((name) => !dests.includes(name)).map((name) => currentTemplate(host, name)),
  );
  const needed = [...others, ...all.map(({ desired }) => desired)];
  const kept = (await host.list(storeDirectory(directory))).filter(isTemplateName);
  return kept.map((name) => join(storeDirectory(directory), name)).filter((path) => !needed.includes(path));
}

// A source that a killed run didn't remove. Its name or its content must show that the template was made from it.
async function leftSource(host: Host, { options, checksum, desired }: Desired): Promise<string | undefined> {
  const { source, version } = options;
  if (source === undefined || (await host.stat(source)) === undefined) return undefined;
  if ([keyOfDisk(options, checksum), version].some((key) => key && basename(source).startsWith(key)))
    return source;
  if (checksum)
    return (await host.digest(source, checksum.algorithm)) === checksum.digest ? source : undefined;
  const same = desired !== undefined && (await host.run('cmp', ['-s', '--', source, desired])).code === 0;
  return same ? source : undefined;
}

/** Reads the current templates of all items, and which templates in their directories are unused. */
export async function observe(host: Host, items: readonly TemplateOptions[]): Promise<(State | Error)[]> {
  const all = await observeEach(items, (options) => desiredOf(host, options));
  const certain = all.flatMap((one) => (one instanceof Error ? [] : one));
  // With an invalid item, it isn't known which templates are needed, so none is removed.
  const directories = certain.length < all.length ? [] : [...new Set(items.map(({ dest }) => dirname(dest)))];
  const unused = (await Promise.all(directories.map((one) => unusedIn(host, one, certain)))).flat();
  const searched = [...directories, ...items.flatMap(({ overlay_directories }) => overlay_directories)];
  const overlays = unused.length > 0 ? await findOverlays(host, searched) : undefined;
  const reported = new Set<string>();
  return observeEach(all, async (one) => {
    if (one instanceof Error) throw one;
    const { options, desired, checksum } = one;
    const { dest, source, remove_source } = options;
    // Each unused template belongs to the first item of its directory.
    const listed = unused.filter((path) => dirname(dirname(path)) === dirname(dest) && !reported.has(path));
    for (const path of listed) reported.add(path);
    const needs = async (path: string) => (overlays ? await possibleOverlays(host, path, overlays) : []);
    const kept = desired !== undefined && (await host.stat(desired)) !== undefined;
    return {
      current: await currentTemplate(host, dest),
      desired,
      checksum,
      kept,
      left: kept && remove_source ? await leftSource(host, one) : undefined,
      source:
        source === undefined || desired === undefined || kept ? undefined : await inspectSource(host, source),
      unused: new Map(await Promise.all(listed.map(async (path) => [path, await needs(path)] as const))),
    };
  });
}
