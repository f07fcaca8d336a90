import { chainOf } from '../../../lib/disk/usage/chain.ts';
import type { Host } from '../../../lib/host/host.ts';
import { disksOf } from '../../../lib/libvirt/disks.ts';
import { readAllDomains } from '../../../lib/libvirt/read.ts';

/** Every file that domains have as disks, or that such a disk needs. */
interface Needed {
  /** Also where links lead. */
  readonly files: ReadonlySet<string>;
  /** Why some that are needed aren't known. */
  readonly problem: string | undefined;
}

async function neededBut(host: Host, uri: string, names: ReadonlySet<string>): Promise<Needed> {
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
    if (path === undefined) problem ??= `libvirt doesn't say where ${source} of domain ${domain.name} is`;
    // A disk that isn't there needs nothing.
    else if (await add(path)) {
      const chain = await chainOf(host, { path, format });
      for (const file of chain.files) await add(file);
      if (chain.problem) problem ??= `what domain ${domain.name} needs isn't known: ${chain.problem}`;
    }
  }
  return { files, problem };
}

/**
 * Which files may not go with their domains, and why.
 * @param names the domains that go
 * @param own the files that they have
 */
export async function keptFiles(
  host: Host,
  uri: string,
  names: ReadonlySet<string>,
  own: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (own.length === 0) return new Map();
  const { files, problem } = await neededBut(host, uri, names);
  const kept = new Map<string, string>();
  for (const file of own) {
    const isUsed = files.has(file) || files.has((await host.realPath(file)) ?? file);
    const why = isUsed ? 'another domain uses it' : problem;
    if (why !== undefined) kept.set(file, why);
  }
  return kept;
}

/** Which of a domain's disks are no files, and what they are instead. */
export async function otherThanFiles(
  host: Host,
  own: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(own.map(async (path) => [path, await host.stat(path)] as const));
  return new Map(
    found.flatMap(([path, info]) =>
      info === undefined || info.kind === 'file'
        ? []
        : [[path, info.kind === 'directory' ? 'a directory' : 'not a regular file'] as const],
    ),
  );
}
