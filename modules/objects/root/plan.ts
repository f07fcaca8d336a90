import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { diffSeeds, instanceIdOf } from '../../lib/cloudinit/diff.ts';
import { networkEvents, saysWhenAlone } from '../../lib/cloudinit/updates.ts';
import { isMapping } from '../../lib/cloudinit/yaml/value.ts';
import { needsRoot, type RootFile } from '../../lib/container/identity.ts';
import { RANGE, shownRange } from '../../lib/container/range.ts';
import type { RootRecord } from '../../lib/container/records.ts';
import type { Traits } from '../../lib/disk/unpack/root-archive.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { whyOf } from '../seed/applied.ts';
import { checkOptions as checkSeed, findingsOf } from '../seed/desired.ts';
import type { SeedEntry, State } from './observe.ts';
import type { RootOptions } from './options.ts';
import { filesOf, identityDigest, identityOf, inRoot, SEED, seedFilesOf, seedPartOf } from './parts.ts';

export type Step =
  | {
      readonly act: 'make';
      readonly template: string;
      readonly first: number;
      readonly record: RootRecord;
      readonly files: readonly RootFile[];
      /** Whether its SSH server needs a key of its own, since there is no cloud-init that makes one. */
      readonly hostKey: boolean;
    }
  | {
      readonly act: 'seed';
      readonly first: number;
      readonly files: readonly RootFile[];
      /** Files that the seed no longer has. */
      readonly surplus: readonly string[];
      /** What is recorded before, where the container that runs is to boot for it. */
      readonly record: RootRecord | undefined;
    }
  | { readonly act: 'remove'; readonly first: number | undefined };

/** Users of the host, and as many groups, for a domain's `idmap`. */
export interface IdMap {
  /** The user, and the group, of the host that is root in the container. */
  readonly first: number;
  readonly count: number;
}

/** The result of a root. */
export interface RootResult {
  readonly dest: string;
  readonly idmap?: IdMap;
  /** Whether its guest is configured by a seed. */
  readonly cloud_init?: boolean;
  readonly instance_id?: string;
  /** What was written into a root that has no cloud-init. */
  readonly written?: readonly string[];
  /** Whether the guest applies a seed that changed. */
  readonly applied?: boolean;
  readonly applied_why?: string;
}

/** What to change on the host for the options of a root. Pure. */
export const planRoot = (root: RootOptions, state: State): Plan<Step, RootResult> =>
  root.state === 'absent' ? planAbsent(root, state) : planPresent(root, state);

function planPresent(root: RootOptions, state: State): Plan<Step, RootResult> {
  const { dest } = root;
  const { exists, first, record } = state;
  if (exists && !record) {
    throw new Failure(
      `${dest} exists, and it is not recorded which users it belongs to: move it, or use another name`,
    );
  }
  if (first === undefined) {
    throw new Failure('no range of 65536 users is free for another container: see /etc/subuid');
  }
  return exists && record ? planExisting(root, state, first, record) : planNew(root, state, first);
}

function planNew(root: RootOptions, { traits, mounts }: State, first: number): Plan<Step, RootResult> {
  // What a killed run has left is removed first.
  requireUnmounted(mounts);
  const { dest, template } = root;
  if (template === undefined) throw new OptionError('template', 'is required: the root is made from it');
  // In check mode, an earlier task may make it.
  const assumed: Traits = traits ?? { cloudInit: true, systemd: true, sshd: true, network: undefined };
  const { cloudInit, sshd } = assumed;
  const hostKey = sshd && !cloudInit;
  const record = { root: dest, cloudInit, ...(cloudInit ? {} : { identity: identityDigest(root) }) };
  const written = cloudInit ? [] : [...identityOf(root, assumed).says, ...(hostKey ? ['SSH host key'] : [])];
  return {
    changes: [
      {
        title: `make root ${dest}`,
        before: undefined,
        after: { template, users: shownRange(first), ...(written.length > 0 ? { written } : {}) },
        step: { act: 'make', template, first, record, files: filesOf(root, assumed), hostKey },
      },
    ],
    warnings: [...(cloudInit ? findingsOf(seedPartOf(root)) : []), ...unconfigured(root, assumed)],
    missing: traits
      ? []
      : [`the template ${template} is not found on this host: make it by the module image`],
    result: {
      dest,
      idmap: { first, count: RANGE },
      ...(traits ? { cloud_init: cloudInit } : {}),
      ...(cloudInit ? { instance_id: seedFilesOf(root).instanceId } : { written }),
    },
  };
}

/** What a root without cloud-init isn't told. */
function unconfigured(root: RootOptions, { cloudInit, network }: Traits): string[] {
  if (cloudInit) return [];
  const { dest, user_data = {}, interfaces } = root;
  const others = isMapping(user_data)
    ? Object.keys(user_data).filter((key) => key !== 'ssh_authorized_keys')
    : ['its parts'];
  const left = interfaces.filter(needsRoot);
  return [
    ...(others.length > 0
      ? [
          `${dest}: its template has no cloud-init, so of its user-data only ssh_authorized_keys of root are used, and not ${others.join(', ')}`,
        ]
      : []),
    ...(left.length > 0 && network === undefined
      ? [
          `${dest}: its template has neither ifupdown nor systemd-networkd, so ${left.map(({ name }) => name).join(', ')} is not configured`,
        ]
      : []),
  ];
}

function planExisting(
  root: RootOptions,
  { seed, boot, isForeign }: State,
  first: number,
  record: RootRecord,
): Plan<Step, RootResult> {
  const { dest } = root;
  if (isForeign)
    throw new Failure(
      `${dest} does not belong to the users of the container, so it is not the root that was made: remove it, and run the task again`,
    );
  const common = { dest, idmap: { first, count: RANGE }, cloud_init: record.cloudInit };
  if (!record.cloudInit) {
    const same = record.identity === identityDigest(root);
    const warning = `${dest} has no cloud-init: name, addresses and keys are written when it is made, and are not changed now. Change them in the container, or remove it with its storage and make it again`;
    return { changes: [], warnings: same ? [] : [warning], result: common };
  }
  const { files, instanceId } = seedFilesOf(root);
  const differences = diffSeeds(seed, files);
  const changed = files.filter(
    ({ path }) => differences.some((one) => one.path === path) || !isOwned(seed, path, first),
  );
  const result = { ...common, instance_id: instanceId };
  const warnings = findingsOf(seedPartOf(root));
  if (differences.length === 0 && changed.length === 0) return { changes: [], warnings, result };
  const ofOurs = [...seed, ...files];
  const effect = whyOf(
    differences,
    { before: instanceIdOf(seed), after: instanceId },
    {
      events: networkEvents(seed),
      isOurs: (path) => ofOurs.filter((one) => one.path === path).every(saysWhenAlone),
    },
  );
  // A file that has another owner or mode only is as it was to the guest.
  const isDifferent = differences.length > 0;
  const step: Step = {
    act: 'seed',
    first,
    files: changed.map(inRoot),
    surplus: differences.flatMap(({ path, after }) => (after === undefined ? [`${SEED}/${path}`] : [])),
    record: boot !== undefined && isDifferent && effect.applied ? { ...record, pending: boot } : undefined,
  };
  const side = (name: 'before' | 'after') =>
    Object.fromEntries(
      differences.map(({ path, keys, ...digests }) => [
        path,
        { digest: digests[name] ?? 'none', ...(keys.length > 0 ? { keys } : {}) },
      ]),
    );
  const change: Change<Step> = {
    title: `write seed in ${dest}`,
    before: side('before'),
    after: side('after'),
    step,
  };
  if (!isDifferent) return { changes: [change], warnings, result };
  return {
    changes: [change],
    warnings: effect.applied ? warnings : [...warnings, `the seed in ${dest} changes, but ${effect.why}`],
    result: { ...result, applied: effect.applied, applied_why: effect.why },
  };
}

/** Whether the container that runs has a seed that it applies when it boots, since a former task. Pure. */
export const isPending = ({ record, boot }: Pick<State, 'record' | 'boot'>): boolean =>
  boot !== undefined && record?.pending === boot;

function isOwned(seed: readonly SeedEntry[], path: string, first: number): boolean {
  const is = seed.find((one) => one.path === path)?.is;
  return is !== undefined && is !== 'other' && is.uid === first && is.gid === first && is.mode === 0o600;
}

// rm(1) would remove what is mounted there, where it is of the same file system.
function requireUnmounted(mounts: readonly string[]): void {
  if (mounts.length === 0) return;
  throw new Failure(`${mounts.slice(0, 3).join(', ')}: something is mounted there: unmount it first`);
}

function planAbsent({ dest }: RootOptions, state: State): Plan<Step, RootResult> {
  const { exists, left, record, first, mounts } = state;
  if (exists && !record) {
    throw new Failure(`${dest} is not recorded as the root of a container: remove it by hand`);
  }
  requireUnmounted(mounts);
  const hasRemains = exists || left || record !== undefined;
  const remove = {
    title: `remove root ${dest}`,
    before: { root: dest, ...(first === undefined ? {} : { users: shownRange(first) }) },
    after: undefined,
    step: { act: 'remove', first } as const,
  };
  return { changes: hasRemains ? [remove] : [], result: { dest } };
}

/** Rules that the table of options can't express. @throws OptionError */
export function checkOptions(root: RootOptions): void {
  const { dest, state, template, interfaces, authorized_keys } = root;
  const parts = dest.split('/');
  if (
    !dest.startsWith('/') ||
    dest.endsWith('/') ||
    parts.includes('..') ||
    parts.includes('.') ||
    parts.length < 4
  )
    throw new OptionError(
      'dest',
      `'${dest}' must be an absolute path such as /var/lib/libvirt/containers/NAME/root`,
    );
  if (state === 'absent') return;
  if (template !== undefined && !template.startsWith('/'))
    throw new OptionError('template', `'${template}' must be an absolute path`);
  const names = interfaces.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new OptionError('interfaces', `has '${twice}' twice`);
  if (authorized_keys.some((key) => /[\n\r]/.test(key.trim())))
    throw new OptionError('authorized_keys', 'has a key of more than one line: give each as an entry');
  checkSeed(seedPartOf(root));
}
