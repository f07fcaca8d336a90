import { createHash } from 'node:crypto';
import { observeEach } from '../../lib/ansible/plan.ts';
import type { Comparable } from '../../lib/cloudinit/diff.ts';
import { CORE_FILES } from '../../lib/cloudinit/seed.ts';
import { assignRanges, RANGE } from '../../lib/container/range.ts';
import { type RootRecord, readRecords, takenRanges } from '../../lib/container/records.ts';
import { readRootArchive, type Traits } from '../../lib/disk/unpack/root-archive.ts';
import { type Host, type InsideFile, readText } from '../../lib/host/host.ts';
import { onlyOnce } from '../../lib/host/once.ts';
import type { RootOptions } from './options.ts';
import { removedPath, SEED } from './parts.ts';

/** A file of a root's seed: what it is, and its attributes. `other` is no regular file. */
export interface SeedEntry extends Comparable {
  readonly is: Pick<InsideFile, 'mode' | 'uid' | 'gid'> | 'other';
}

export interface State {
  readonly exists: boolean;
  /** Whether what is there belongs to the range. libvirt makes a directory where it starts a container without one. */
  readonly isForeign: boolean;
  /** The start of the container that runs now; undefined where it doesn't run, or that isn't known. */
  readonly boot?: string | undefined;
  /** What a killed run has left of a root that it removed. */
  readonly left: boolean;
  /** The first user of the range: that which it has, or a free one; undefined where none is free. */
  readonly first: number | undefined;
  readonly record: RootRecord | undefined;
  /** What the template has; undefined where it doesn't exist, or isn't needed. */
  readonly traits: Traits | undefined;
  /** The seed of an existing root with cloud-init. */
  readonly seed: readonly SeedEntry[];
  /** Directories on which something is mounted, in the root, or in what is left of it. */
  readonly mounts: readonly string[];
}

/** Whether the guest has cloud-init. Of one whose template is not known yet it is assumed. */
export const hasCloudInit = ({
  exists,
  record,
  traits,
}: Pick<State, 'exists' | 'record' | 'traits'>): boolean =>
  // A record may be left of a root that isn't there any more.
  (exists ? record?.cloudInit : traits?.cloudInit) ?? true;

/** The mounts below a directory, by /proc/self/mountinfo (proc(5)). Pure. */
export const mountsBelow = (mountinfo: string, directory: string): string[] =>
  mountinfo.split('\n').flatMap((line) => {
    const escaped = line.split(' ')[4] ?? '';
    const path = escaped.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
    return path === directory || path.startsWith(`${directory}/`) ? [path] : [];
  });

/** Bytes of a file of a seed that are read, and that are parsed. */
const MOST = 4 * 1024 ** 2;
const PARSED = 64 * 1024;

async function seedEntry(host: Host, dest: string, name: string): Promise<SeedEntry[]> {
  const file = await host.readInside(dest, `${SEED}/${name}`, MOST);
  if (file === undefined) return [];
  if (file === 'other') return [{ path: name, digest: 'other', is: 'other' }];
  const { bytes, ...is } = file;
  const digest = createHash('sha256').update(bytes).digest('hex');
  // What is longer is not parsed: its guest may have written it.
  return [{ path: name, digest, ...(bytes.length > PARSED ? {} : { content: bytes }), is }];
}

/** Reads the roots of all items. New ones get ranges that don't overlap. */
export async function observe(host: Host, items: readonly RootOptions[]): Promise<(State | Error)[]> {
  const records = await readRecords(host);
  const recorded = new Map([...records].map(([first, { root }]) => [root, first]));
  const has = items.map(({ dest }) => recorded.get(dest));
  const isMade = items.some(({ state }, i) => state === 'present' && has[i] === undefined);
  const taken = isMade ? await takenRanges(host, records) : [];
  const wanting = items.map(({ state }, i) => (state === 'present' ? has[i] : undefined));
  const firsts = isMade ? assignRanges(wanting, taken) : wanting;
  const mountinfo = (await readText(host, '/proc/self/mountinfo')) ?? '';
  const once = onlyOnce();
  const indexed = items.map((options, i) => ({
    options,
    first: options.state === 'absent' ? has[i] : firsts[i],
  }));
  return observeEach(indexed, async ({ options, first }) => {
    const { dest, state, template } = options;
    const found = await host.stat(dest);
    const exists = found !== undefined;
    const isForeign = exists && first !== undefined && (found.uid < first || found.uid >= first + RANGE);
    const record = first === undefined ? undefined : records.get(first);
    const isNew = state === 'present' && !exists && template !== undefined;
    const archive = isNew ? await host.realPath(template) : undefined;
    const hasSeed = state === 'present' && exists && record?.cloudInit === true;
    const seed = hasSeed ? await Promise.all(CORE_FILES.map((name) => seedEntry(host, dest, name))) : [];
    return {
      ...{ exists, isForeign },
      left: (await host.stat(removedPath(dest))) !== undefined,
      first,
      record,
      traits:
        archive === undefined
          ? undefined
          : await once(archive, () => readRootArchive(host, archive, template)),
      seed: seed.flat(),
      // The kernel knows mounts by paths without links.
      mounts: (await Promise.all([dest, removedPath(dest)].map((path) => host.realPath(path)))).flatMap(
        (path) => (path === undefined ? [] : mountsBelow(mountinfo, path)),
      ),
    };
  });
}
