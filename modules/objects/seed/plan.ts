import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { diffSeeds, type FileDifference, instanceIdOf } from '../../lib/cloudinit/diff.ts';
import { cutByLinux, isFound } from '../../lib/cloudinit/image.ts';
import type { SeedFile } from '../../lib/cloudinit/seed.ts';
import type { StoredSeed, Unreadable } from '../../lib/cloudinit/stored.ts';
import { networkEvents, saysWhenAlone } from '../../lib/cloudinit/updates.ts';
import { keyPath } from '../../lib/cloudinit/yaml/value.ts';
import { asOption, Failure } from '../../lib/failure.ts';
import type { FileInfo } from '../../lib/host/host.ts';
import { writeIso } from '../../lib/iso9660/write.ts';
import type { Pieces } from '../../lib/volume.ts';
import { whyOf } from './applied.ts';
import { findingsOf, seedFrom } from './desired.ts';
import { extraFiles, type SourceFile } from './extra.ts';
import type { SeedOptions } from './options.ts';

/** Numeric; undefined where the options don't set them. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface State {
  readonly file: FileInfo | undefined;
  /** The current seed; undefined when the file doesn't exist. */
  readonly seed: StoredSeed | Unreadable | undefined;
  /** The files on the host that the seed is to hold, by path. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  readonly desired: Attributes;
  /** When its guest looks at its network configuration again, where that is known: otherwise as the current seed says. */
  readonly events?: ReadonlySet<string> | undefined;
}

export type Step =
  | { readonly act: 'write'; readonly image: Pieces; readonly attributes: Attributes }
  | { readonly act: 'attributes'; readonly attributes: Attributes }
  | { readonly act: 'remove' };

/** The result of a seed. */
export interface SeedResult {
  readonly dest: string;
  readonly instance_id?: string;
  /** Whether the guest applies what changed, where it did. */
  readonly applied?: boolean;
  readonly applied_why?: string;
}

// Digests and the names of keys, never a word of the contents.
function shown(differences: readonly FileDifference[], side: 'before' | 'after') {
  return Object.fromEntries(
    differences.map(({ path, keys, ...digests }) => [
      path,
      { digest: digests[side] ?? 'none', ...(keys.length > 0 ? { keys } : {}) },
    ]),
  );
}

const octal = (mode: number) => `0${mode.toString(8)}`;

function attributesChange(dest: string, file: FileInfo, desired: Attributes): Change<Step>[] {
  const before = { mode: octal(file.mode), uid: file.uid, gid: file.gid };
  const after = { mode: octal(desired.mode), uid: desired.uid ?? file.uid, gid: desired.gid ?? file.gid };
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const step = { act: 'attributes', attributes: desired } as const;
  return [{ title: `set mode and owner of ${dest}`, before, after, step }];
}

/** What to change on the host for a seed's options. Pure. */
export const planSeed = (options: SeedOptions, state: State): Plan<Step, SeedResult> =>
  options.state === 'absent' ? planAbsent(options, state) : planPresent(options, state);

function planPresent(options: SeedOptions, state: State): Plan<Step, SeedResult> {
  const { dest, label } = options;
  const { file, sources, desired } = state;
  const { files, instanceId } = seedFrom(options, sources);
  const result = { dest, instance_id: instanceId };
  const missing = extraFiles(options.extra_files).flatMap((extra) =>
    'source' in extra && !sources.has(extra.source)
      ? [`option '${extra.option}': ${extra.source} is not found on the host`]
      : [],
  );
  const warnings = [...findingsOf(options), ...doubts(options, files)];
  const old = readable(dest, state.seed);
  const differences = diffSeeds(old?.files ?? [], files);
  const relabelled = old !== undefined && old.label !== label;
  if (file && old && differences.length === 0 && !relabelled) {
    return { changes: attributesChange(dest, file, desired), warnings, missing, result };
  }
  const image = asOption('extra_files', () => writeIso(files, { label }));
  const write = {
    title: `write seed ${dest}`,
    before: file
      ? { ...(relabelled ? { label: old.label } : {}), ...shown(differences, 'before') }
      : undefined,
    after: { ...(relabelled ? { label } : {}), ...shown(differences, 'after') },
    step: { act: 'write', image, attributes: desired } as const,
  };
  const sides = (path: string) =>
    [old?.files ?? [], files].flatMap((all) => all.filter((one) => one.path === path));
  const booted = {
    events: state.events ?? networkEvents(old?.files ?? []),
    isOurs: (path: string) => sides(path).every(saysWhenAlone),
  };
  const effect = old && whyOf(differences, { before: instanceIdOf(old.files), after: instanceId }, booted);
  const unapplied = effect && !effect.applied ? [`${dest} changes, but ${effect.why}`] : [];
  return {
    changes: [write],
    warnings: [...warnings, ...lost(dest, state.seed), ...unapplied],
    missing,
    result: { ...result, ...(effect ? { applied: effect.applied, applied_why: effect.why } : {}) },
  };
}

// A damaged seed may be replaced. A file that never was a seed may not.
function readable(dest: string, seed: State['seed']): StoredSeed | undefined {
  if (seed === undefined || 'files' in seed) return seed;
  if (seed.isSeed) return undefined;
  throw new Failure(`${dest} exists and is not a seed: remove it, or give another 'dest' (${seed.reason})`);
}

const lost = (dest: string, seed: State['seed']) =>
  seed && 'reason' in seed ? [`${dest} can't be read as a seed and is replaced: ${seed.reason}`] : [];

// Files and labels that a guest may not find.
function doubts({ label }: SeedOptions, files: readonly SeedFile[]): string[] {
  const cut = cutByLinux(files).map(
    (path) =>
      `option '${keyPath('extra_files', path)}': Linux cuts names of more than 253 bytes: give a shorter one`,
  );
  const unusual = `option 'label': cloud-init looks for 'cidata', and takes '${label}' only where its 'fs_label' says so`;
  return [...cut, ...(isFound(label) ? [] : [unusual])];
}

function planAbsent({ dest }: SeedOptions, { file, seed }: State): Plan<Step, SeedResult> {
  const remove = {
    title: `remove seed ${dest}`,
    before: shown(diffSeeds(seed && 'files' in seed ? seed.files : [], []), 'before'),
    after: undefined,
    step: { act: 'remove' } as const,
  };
  return { changes: file ? [remove] : [], result: { dest } };
}
