import { createHash } from 'node:crypto';
import type { IsoFile } from '../iso9660/memory.ts';
import { parseYaml } from './parse.ts';
import { isMapping, keyPath } from './yaml.ts';

/** How one file of a seed differs. A digest is missing where the file is. */
export interface FileDifference {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  /** The paths of the keys that differ, e.g. `users[0].passwd`; none where the content isn't a mapping of YAML. */
  readonly paths: readonly string[];
}

/**
 * What differs between two seeds, without a word of their contents: digests, and the paths of keys.
 * @param before the files there are, none for a seed that isn't there
 * @returns the files that differ by name, in order; none when the seeds are the same
 */
export function diffSeeds(before: readonly IsoFile[], after: readonly IsoFile[]): FileDifference[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const find = (files: readonly IsoFile[], name: string) => files.find((file) => file.name === name)?.content;
  return names.flatMap((name) => {
    const [old, now] = [find(before, name), find(after, name)];
    if (old && now && Buffer.compare(old, now) === 0) return [];
    return {
      name,
      ...(old ? { before: digestOf(old) } : {}),
      ...(now ? { after: digestOf(now) } : {}),
      paths: old && now ? changedPaths(mappingOf(name, old), mappingOf(name, now)) : [],
    };
  });
}

/** The `instance-id` that a seed's files tell a guest. @returns undefined where they tell none */
export function instanceIdOf(files: readonly IsoFile[]): string | undefined {
  const content = files.find(({ name }) => name === 'meta-data')?.content;
  const id = content && mappingOf('meta-data', content)?.['instance-id'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

const digestOf = (content: Uint8Array) =>
  `sha256:${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;

// In a script a line such as `curl -H "Token: …"` would read as a mapping with half the line as its key: so only
// what says of itself that it is YAML.
function mappingOf(name: string, content: Uint8Array): Record<string, unknown> | undefined {
  const text = new TextDecoder().decode(content);
  if (/^(user|vendor)-data$/.test(name) && !/^\s*#cloud-config\s/i.test(text)) return undefined;
  try {
    const value = parseYaml(text);
    return isMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Mapping = Readonly<Record<string, unknown>> | undefined;

const changedPaths = (before: Mapping, after: Mapping): string[] =>
  before && after ? pathsIn(before, after, '') : [];

function pathsIn(before: unknown, after: unknown, path: string): string[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => pathsIn(before[key], after[key], keyPath(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => pathsIn(before[i], after[i], `${path}[${i}]`)).flat();
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
