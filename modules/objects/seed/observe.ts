import { observeEach } from '../../lib/ansible/plan.ts';
import { storedSeed } from '../../lib/cloudinit/stored.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { type Once, onlyOnce } from '../../lib/host/once.ts';
import { extraFiles, type SourceFile } from './extra.ts';
import type { SeedOptions } from './options.ts';
import type { Attributes, State } from './plan.ts';

async function desiredAttributes(host: Host, { mode, owner, group }: SeedOptions): Promise<Attributes> {
  return {
    mode: Number.parseInt(mode, 8),
    uid: owner === undefined ? undefined : await host.userId(owner),
    gid: group === undefined ? undefined : await host.groupId(group),
  };
}

async function sourceFile(host: Host, path: string): Promise<SourceFile | undefined> {
  const file = await host.stat(path);
  if (!file) return undefined;
  if (file.kind !== 'file') throw new Failure(`${path} is not a file: a seed holds files`);
  return { size: file.size, digest: await host.digest(path, 'sha256') };
}

// The files on the host that a seed is to hold, each looked at once however many seeds hold it.
async function sourcesOf(host: Host, options: SeedOptions, once: Once): Promise<State['sources']> {
  const paths = extraFiles(options.extra_files).flatMap((extra) => ('source' in extra ? extra.source : []));
  const found = paths.map(async (path) => {
    const file = await once(path, () => sourceFile(host, path));
    return file ? ([[path, file]] as const) : [];
  });
  return new Map((await Promise.all(found)).flat());
}

async function observeSeed(host: Host, options: SeedOptions, once: Once): Promise<State> {
  const { dest, state } = options;
  const file = await host.stat(dest);
  if (file && file.kind !== 'file') throw new Failure(`${dest} exists and is not a file`);
  const seed = file ? await host.withImage(dest, storedSeed) : undefined;
  if (state === 'absent') {
    return { file, seed, sources: new Map(), desired: { mode: 0, uid: undefined, gid: undefined } };
  }
  const desired = await desiredAttributes(host, options);
  return { file, seed, sources: await sourcesOf(host, options, once), desired };
}

/** Reads the seeds of all items, and what they are to hold of the host's files. */
export function observe(host: Host, items: readonly SeedOptions[]): Promise<(State | Error)[]> {
  const once = onlyOnce();
  return observeEach(items, (options) => observeSeed(host, options, once));
}
