import { chainOf } from '../../../lib/disk/usage/chain.ts';
import { resolve, usersOf } from '../../../lib/disk/usage/users.ts';
import type { Host } from '../../../lib/host/host.ts';
import { disksOf } from '../../../lib/libvirt/disks.ts';
import { readAllDomains } from '../../../lib/libvirt/read.ts';

/** The disks of domains, and the files that those disks need. Links are followed in all paths. */
interface Usage {
  readonly disks: readonly { readonly path: string }[];
  /** The disks by the backing file that they need. */
  readonly byBacking: ReadonlyMap<string, readonly string[]>;
  /** Why some needed files are unknown. */
  readonly problem: string | undefined;
}

async function usageByOthers(host: Host, uri: string, names: ReadonlySet<string>): Promise<Usage> {
  const others = (await readAllDomains(host, uri)).filter(({ name }) => !names.has(name));
  const disks: { path: string }[] = [];
  const byBacking = new Map<string, string[]>();
  let problem: string | undefined;
  for (const { domain, path, source, format } of await disksOf(host, uri, others)) {
    if (path === undefined) {
      problem ??= `libvirt does not report the path of ${source} of domain ${domain.name}`;
      continue;
    }
    disks.push({ path: await resolve(host, path) });
    // A disk that doesn't exist needs no other file.
    if ((await host.realPath(path)) === undefined) continue;
    const chain = await chainOf(host, { path, format });
    for (const file of chain.files) byBacking.set(await resolve(host, file), [path]);
    if (chain.problem) problem ??= `the files that domain ${domain.name} needs are unknown: ${chain.problem}`;
  }
  return { disks, byBacking, problem };
}

/**
 * The files that must be kept when their domains are removed, and why.
 * @param names the domains that are removed
 * @param files their files
 */
export async function keptFiles(
  host: Host,
  uri: string,
  names: ReadonlySet<string>,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (files.length === 0) return new Map();
  const usage = await usageByOthers(host, uri, names);
  const kept = new Map<string, string>();
  for (const file of files) {
    const { disks, overlays } = await usersOf(host, file, usage.disks, usage);
    const why = disks.length + overlays.length > 0 ? 'another domain uses it' : usage.problem;
    if (why !== undefined) kept.set(file, why);
  }
  return kept;
}

/** The paths that are not regular files, and what they are. */
export async function otherThanFiles(
  host: Host,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(paths.map(async (path) => [path, await host.stat(path)] as const));
  return new Map(
    found.flatMap(([path, info]) =>
      info === undefined || info.kind === 'file'
        ? []
        : [[path, info.kind === 'directory' ? 'a directory' : 'not a regular file'] as const],
    ),
  );
}
