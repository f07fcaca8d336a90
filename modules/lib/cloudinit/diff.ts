import { parseYaml } from './yaml/parse.ts';
import { isMapping, keyPath } from './yaml/value.ts';

/** A file of a seed, for the comparison. */
export interface Comparable {
  readonly path: string;
  /** sha256 in hexadecimal. */
  readonly digest: string;
  /** The content, where the names of its keys may be shown. */
  readonly content?: unknown;
}

/** How one file of a seed differs. A digest is missing where the file is. */
export interface FileDifference {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  /** The paths of the keys that differ, e.g. `users[0].passwd`; none where the content isn't a mapping of YAML. */
  readonly keys: readonly string[];
}

/**
 * The differences of two seeds, without their contents: digests, and the paths of keys.
 * @param before the current files; none for a missing seed
 * @returns the files that differ by path, in order; none when the seeds are the same
 */
export function diffSeeds(before: readonly Comparable[], after: readonly Comparable[]): FileDifference[] {
  const [olds, news] = [before, after].map((files) => new Map(files.map((file) => [file.path, file])));
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].sort();
  return paths.flatMap((path) => {
    const [old, now] = [olds?.get(path), news?.get(path)];
    if (old && now && old.digest === now.digest) return [];
    return {
      path,
      ...(old ? { before: shown(old) } : {}),
      ...(now ? { after: shown(now) } : {}),
      keys: old && now ? changedKeys(mappingOf(old), mappingOf(now)) : [],
    };
  });
}

/** The `instance-id` in a seed's files. @returns undefined where they have none */
export function instanceIdOf(files: readonly Comparable[]): string | undefined {
  const metaData = files.find(({ path }) => path === 'meta-data');
  const id = metaData && mappingOf(metaData)?.['instance-id'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

const shown = ({ digest }: Comparable) => `sha256:${digest.slice(0, 12)}`;

// In a script a line such as `curl -H "Token: …"` would read as a mapping with half the line as its key: so only
// what says of itself that it is YAML.

/** What a document of a seed says; undefined if it is no mapping of YAML. */
export function mappingOf({ path, content }: Comparable): Record<string, unknown> | undefined {
  if (!(content instanceof Uint8Array) || !/^(?:meta|user|vendor)-data$|^network-config$/.test(path))
    return undefined;
  const text = new TextDecoder().decode(content);
  if (/^(user|vendor)-data$/.test(path) && !/^\s*#cloud-config\s/i.test(text)) return undefined;
  try {
    const value = parseYaml(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Mapping = Readonly<Record<string, unknown>> | undefined;

const changedKeys = (before: Mapping, after: Mapping): string[] =>
  before && after ? keysIn(before, after, '') : [];

function keysIn(before: unknown, after: unknown, path: string): string[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => keysIn(before[key], after[key], keyPath(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => keysIn(before[i], after[i], `${path}[${i}]`)).flat();
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
