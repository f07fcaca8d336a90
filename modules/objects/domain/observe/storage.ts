import { chainOf } from '../../../lib/disk/chain.ts';
import type { Host } from '../../../lib/host/host.ts';
import { disksOf } from '../../../lib/libvirt/disks.ts';
import { readAllDomains } from '../../../lib/libvirt/read.ts';

/** The files of disks, and those that these need as backing files. */
interface Needed {
  /** Symbolic links and where they lead. */
  readonly files: ReadonlySet<string>;
  /** Why some needed files are unknown. */
  readonly problem: string | undefined;
}

async function neededByOthers(host: Host, uri: string, names: ReadonlySet<string>): Promise<Needed> {
  const others = (await readAllDomains(host, uri)).filter(({ name }) => !names.has(name));
  const files = new Set<string>();
  let problem: string | undefined;
  const add = async (path: string) => {
    const real = await host.realPath(path);
    files.add(path);
    if (real !== undefined) files.add(real);
    return real;
  };
  for (const { domain, path, source, format } of await disksOf(host, uri, others)) {
    if (path === undefined)
      problem ??= `libvirt does not report the path of ${source} of domain ${domain.name}`;
    // A missing disk needs nothing.
    else if (await add(path)) {
      const chain = await chainOf(host, { path, format });
      for (const file of chain.files) await add(file);
      if (chain.problem)
        problem ??= `the files that domain ${domain.name} needs are unknown: ${chain.problem}`;
    }
  }
  return { files, problem };
}

/**
 * The files that must be kept when their domains are removed, and why.
 * @param names the domains that are removed
 * @param candidates their files
 */
export async function keptFiles(
  host: Host,
  uri: string,
  names: ReadonlySet<string>,
  candidates: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (candidates.length === 0) return new Map();
  const { files, problem } = await neededByOthers(host, uri, names);
  const kept = new Map<string, string>();
  for (const file of candidates) {
    const isUsed = files.has(file) || files.has((await host.realPath(file)) ?? file);
    const why = isUsed ? 'another domain uses it' : problem;
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
