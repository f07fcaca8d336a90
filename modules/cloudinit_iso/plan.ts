import type { Change, Plan } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { diffSeeds, type FileDifference, instanceIdOf } from '../lib/cloudinit/diff.ts';
import { type Seed, seedOf, stableInstanceId } from '../lib/cloudinit/seed.ts';
import { OptionError } from '../lib/failure.ts';
import type { FileInfo } from '../lib/host/host.ts';
import { type IsoFile, isoBytes } from '../lib/iso9660/memory.ts';
import type { spec } from './spec.ts';

export type IsoOptions = OptionsOf<typeof spec>;

/** Numeric, and undefined where the task doesn't say. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export interface State {
  readonly file: FileInfo | undefined;
  /** What the seed that is there holds; undefined where it can't be read as one. */
  readonly files: readonly IsoFile[] | undefined;
  readonly label: string | undefined;
  readonly wanted: Attributes;
}

export type Step =
  | { readonly act: 'write'; readonly image: Uint8Array; readonly attributes: Attributes }
  | { readonly act: 'attributes'; readonly attributes: Attributes }
  | { readonly act: 'remove' };

type Content = Record<string, unknown> | string | undefined;

function contentOf(options: IsoOptions, name: (typeof CONTENTS)[number]): Content {
  const value = options[name];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Content;
  throw new OptionError(name, 'is neither a mapping nor a text');
}

const CONTENTS = ['user_data', 'meta_data', 'network_config', 'vendor_data'] as const;

/** The seed that the options describe. @throws OptionError */
export function seedFrom(options: IsoOptions): Seed {
  const { dest, hostname, instance_id } = options;
  const contents = Object.fromEntries(CONTENTS.map((name) => [name, contentOf(options, name)]));
  return seedOf({
    ...contents,
    hostname,
    instance_id,
    defaultInstanceId: stableInstanceId(dest),
  });
}

/** Rules that the spec can't say. @throws OptionError */
export function checkOptions(options: IsoOptions): void {
  const { dest, state } = options;
  if (!dest.startsWith('/')) throw new OptionError('dest', `'${dest}' must be an absolute path`);
  if (dest.endsWith('/')) throw new OptionError('dest', `'${dest}' is a directory: name the ISO file`);
  if (state === 'present') seedFrom(options);
}

// Digests and the names of keys, never a word of the contents.
function shown(differences: readonly FileDifference[], side: 'before' | 'after') {
  return Object.fromEntries(
    differences.map(({ name, paths, ...digests }) => [
      name,
      { digest: digests[side] ?? 'none', ...(paths.length > 0 ? { keys: paths } : {}) },
    ]),
  );
}

const octal = (mode: number) => `0${mode.toString(8)}`;

function attributesChange(dest: string, file: FileInfo, wanted: Attributes): Change<Step>[] {
  const now = { mode: octal(file.mode), uid: file.uid, gid: file.gid };
  const after = { mode: octal(wanted.mode), uid: wanted.uid ?? file.uid, gid: wanted.gid ?? file.gid };
  if (JSON.stringify(now) === JSON.stringify(after)) return [];
  const step = { act: 'attributes', attributes: wanted } as const;
  return [{ title: `set mode and owner of ${dest}`, before: now, after, step }];
}

/** From what the task says and what is on the host to what is to be done. Pure. */
export function planIso(options: IsoOptions, state: State): Plan<Step> {
  const { dest } = options;
  if (options.state === 'absent') return planAbsent(dest, state);
  const { files, label, instanceId } = seedFrom(options);
  const differences = diffSeeds(state.files ?? [], files);
  const result = { dest, instance_id: instanceId };
  if (state.file && state.files && state.label === label && differences.length === 0) {
    return { changes: attributesChange(dest, state.file, state.wanted), result };
  }
  const write = {
    title: `write seed ${dest}`,
    before: state.file ? shown(differences, 'before') : undefined,
    after: shown(differences, 'after'),
    step: { act: 'write', image: isoBytes(files, { label }), attributes: state.wanted } as const,
  };
  if (!state.file) return { changes: [write], result };
  const applied = state.files ? instanceIdOf(state.files) !== instanceId : true;
  return {
    changes: [write],
    warnings: warningsOf(dest, state, applied, instanceId),
    result: { ...result, applied },
  };
}

function warningsOf(dest: string, { files }: State, applied: boolean, id: string): string[] {
  if (!files) return [`${dest} was there, but can't be read as a seed: it is replaced`];
  if (applied) return [];
  return [
    `${dest} changes, but its instance-id stays '${id}': a guest that has booted with it will not apply the change, unless it is given another 'instance_id' (and then makes new SSH host keys)`,
  ];
}

function planAbsent(dest: string, { file, files }: State): Plan<Step> {
  const remove = {
    title: `remove seed ${dest}`,
    before: shown(diffSeeds(files ?? [], []), 'before'),
    after: undefined,
    step: { act: 'remove' } as const,
  };
  return { changes: file ? [remove] : [], result: { dest } };
}
