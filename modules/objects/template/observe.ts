import { basename, dirname, join } from 'node:path';
import { observeEach } from '../../lib/ansible/plan.ts';
import { fileNameOf } from '../../lib/disk/fetch/file-name.ts';
import { readChecksum } from '../../lib/disk/fetch/read-checksum.ts';
import { storeDirectory, storedPath } from '../../lib/disk/template/key.ts';
import { inspectSource } from '../../lib/disk/template/source.ts';
import { findOverlays } from '../../lib/disk/usage/overlays.ts';
import { possibleOverlays } from '../../lib/disk/usage/users.ts';
import type { Host } from '../../lib/host/host.ts';
import { isTemporary } from '../../lib/host/temporary.ts';
import type { TemplateOptions } from './options.ts';
import { keyFor, type State } from './plan.ts';

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
  const checksum = given === undefined ? undefined : await readChecksum(host, given, name);
  return { options, wanted: storedPath(dirname(dest), keyFor(options, checksum)), checksum };
}

// Where a name leads, if it is a link to a template of its directory.
async function leadsTo(host: Host, dest: string): Promise<State['now']> {
  const target = await host.realPath(dest);
  if (target === undefined) return undefined;
  const store = storeDirectory(dirname(dest));
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
  const kept = (await host.list(storeDirectory(directory))).filter(
    (name) => name.endsWith('.qcow2') && !name.startsWith('.'),
  );
  return kept.map((name) => join(storeDirectory(directory), name)).filter((path) => !needed.includes(path));
}

// What is to go with its template, and is known to be what that was made from: by its name, or by its content.
async function leftOf(host: Host, { options, checksum, wanted }: Wish): Promise<string | undefined> {
  const { source, version } = options;
  if (source === undefined || (await host.stat(source)) === undefined) return undefined;
  if ([keyFor(options, checksum), version].some((key) => key && basename(source).startsWith(key)))
    return source;
  if (checksum)
    return (await host.digest(source, checksum.algorithm)) === checksum.digest ? source : undefined;
  const same = wanted !== undefined && (await host.run('cmp', ['-s', '--', source, wanted])).code === 0;
  return same ? source : undefined;
}

/** Reads where the names of all items lead, and which templates of their directories no name and no disk needs. */
export async function observe(host: Host, items: readonly TemplateOptions[]): Promise<(State | Error)[]> {
  const wishes = await observeEach(items, (options) => wishOf(host, options));
  const certain = wishes.flatMap((wish) => (wish instanceof Error ? [] : wish));
  // Of a task that doesn't know what it wants, nothing is taken for unneeded.
  const directories =
    certain.length < wishes.length ? [] : [...new Set(items.map(({ dest }) => dirname(dest)))];
  const loose = (await Promise.all(directories.map((one) => looseIn(host, one, certain)))).flat();
  const places = [...directories, ...items.flatMap(({ overlay_directories }) => overlay_directories)];
  const overlays = loose.length > 0 ? await findOverlays(host, places) : undefined;
  const told = new Set<string>();
  return observeEach(wishes, async (wish) => {
    if (wish instanceof Error) throw wish;
    const { options, wanted, checksum } = wish;
    const { dest, source, remove_source } = options;
    // Each is reported once, with the first name of its directory.
    const own = loose.filter((path) => dirname(dirname(path)) === dirname(dest) && !told.has(path));
    for (const path of own) told.add(path);
    const needs = async (path: string) => (overlays ? await possibleOverlays(host, path, overlays) : []);
    const kept = wanted !== undefined && (await host.stat(wanted)) !== undefined;
    return {
      now: await leadsTo(host, dest),
      wanted,
      checksum,
      kept,
      left: kept && remove_source ? await leftOf(host, wish) : undefined,
      source:
        source === undefined || wanted === undefined || kept ? undefined : await inspectSource(host, source),
      loose: new Map(await Promise.all(own.map(async (path) => [path, await needs(path)] as const))),
    };
  });
}
