import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { DATABASE_NAMES, DATABASES, type DatabaseName, remote } from '../../lib/ovn/databases.ts';
import { CENTRAL_UNIT, centralFiles, NORTHD_UNIT, RELAY_UNIT, UNIT_OF } from '../../lib/ovn/services.ts';
import {
  type Decision,
  decide,
  isActor,
  type Kick,
  kicksOf,
  refuseLast,
  refuseLoss,
  strangersOf,
} from './decide.ts';
import { type State, targetOf, UNIT_FILES, UNITS } from './observe.ts';
import type { CentralOptions } from './options.ts';

/** What is done to a host. */
export type Step =
  /** The database's file is made. @param local its address in the cluster */
  | {
      readonly act: 'database';
      readonly database: DatabaseName;
      readonly decision: Exclude<Decision, { act: 'keep' }>;
      readonly local: string;
    }
  | { readonly act: 'files'; readonly files: ReadonlyMap<string, string | undefined> }
  /** Units are started, and the databases waited for. */
  | { readonly act: 'services'; readonly restart: readonly string[]; readonly enable: readonly string[] }
  /** A new database gets its only root row. */
  | { readonly act: 'init'; readonly databases: readonly DatabaseName[] }
  | { readonly act: 'convert'; readonly database: DatabaseName }
  | { readonly act: 'kick'; readonly kick: Kick }
  /** The relays get a port to open. */
  | { readonly act: 'port'; readonly target: string }
  /** Rows of dead hosts are deleted. */
  | { readonly act: 'dead'; readonly chassis: readonly string[]; readonly targets: readonly string[] }
  | {
      readonly act: 'leave';
      readonly databases: readonly DatabaseName[];
      readonly target: string | undefined;
    }
  | { readonly act: 'remove'; readonly databases: readonly DatabaseName[] };

/** What a task returns. */
export interface CentralResult {
  /** Whether this host founds the clusters. */
  readonly founded: boolean;
}

type Changes = Change<Step>[];

const change = (title: string, step: Step, before: unknown = '', after: unknown = ''): Change<Step> => ({
  ...{ title, before, after, step },
});

const WORDS = { found: 'found', join: 'join' } as const;

function databaseChanges(options: CentralOptions, decisions: ReadonlyMap<DatabaseName, Decision>): Changes {
  return [...decisions].flatMap(([database, decision]) => {
    if (decision.act === 'keep') return [];
    const local = remote('ssl', options.members[options.name] ?? '', DATABASES[database].clusterPort);
    const after = { server: local, ...(decision.act === 'join' ? { joins: decision.remotes } : {}) };
    const title = `${WORDS[decision.act]} the cluster of the ${database} database`;
    return [change(title, { act: 'database', database, decision, local }, '', after)];
  });
}

function fileChanges(desired: ReadonlyMap<string, string>, { files }: State): Changes {
  return [...desired]
    .filter(([path, text]) => files.get(path) !== text)
    .map(([path, text]) =>
      change(`write ${path}`, { act: 'files', files: new Map([[path, text]]) }, files.get(path) ?? '', text),
    );
}

// Units that are stopped while a database is replaced, and those whose file changes, are started again.
function servicesChange(changed: readonly string[], replaced: boolean, state: State): Changes {
  const restart = UNITS.filter(
    (name) => name !== CENTRAL_UNIT && (replaced || changed.includes(name) || !state.unit(name).active),
  );
  // northd has no [Install]: ovn-central starts it.
  const enable = UNITS.filter(
    (name) =>
      name !== NORTHD_UNIT &&
      (name === RELAY_UNIT ? changed.includes(name) || !state.unit(name).enabled : !state.unit(name).enabled),
  );
  if (restart.length === 0 && enable.length === 0) return [];
  const names = [...new Set([...restart, ...enable])];
  return [change(`start ${names.join(', ')}`, { act: 'services', restart, enable })];
}

function planPresent(options: CentralOptions, state: State): Plan<Step, CentralResult> {
  const { members, name } = options;
  const address = members[name] ?? '';
  const decisions = new Map(DATABASE_NAMES.map((one) => [one, decide(options, one, state.databases[one])]));
  const files = fileChanges(centralFiles({ address, all: Object.values(members) }), state);
  const changed = files.flatMap(({ step }) =>
    step.act === 'files' ? [...step.files.keys()].flatMap((path) => UNIT_OF[path] ?? []) : [],
  );
  const made = databaseChanges(options, decisions);
  const founded = DATABASE_NAMES.filter((one) => decisions.get(one)?.act === 'found');
  const [first] = Object.keys(members);
  const old = first === name ? DATABASE_NAMES.filter((one) => state.databases[one].old) : [];
  const kicks = DATABASE_NAMES.flatMap((one) => kicksOf(options, one, state.databases[one]));
  const target = targetOf(address);
  return {
    changes: [
      ...made,
      ...files,
      ...servicesChange(changed, made.length > 0, state),
      ...(founded.length > 0
        ? [change(`initialise ${founded.join(', ')}`, { act: 'init', databases: founded })]
        : []),
      ...old.map((database) =>
        change(`convert the ${database} database to the installed release`, { act: 'convert', database }),
      ),
      ...kicks.map((kick) =>
        change(
          `remove a server from the cluster of the ${kick.database} database`,
          { act: 'kick', kick },
          kick.address,
        ),
      ),
      ...(state.rows?.port ? [] : [change('open the port for chassis', { act: 'port', target }, '', target)]),
      ...deadChanges(options, state),
    ],
    missing: [
      ...(state.installed ? [] : ['ovn-central is not installed: the role ovn installs it']),
      ...(state.certified ? [] : ['this host has no certificate as a member: the role ovn makes it']),
    ],
    warnings: DATABASE_NAMES.flatMap((one) => strangersOf(options, one, state.databases[one])),
    result: { founded: founded.length > 0 },
  };
}

function deadChanges(options: CentralOptions, { rows, databases }: State): Changes {
  const { dead } = options;
  const chassis = rows?.dead ?? [];
  if (chassis.length === 0 || !isActor(options, 'southbound', databases.southbound)) return [];
  const targets = dead.map(targetOf);
  return [
    change('delete the chassis of dead hosts', { act: 'dead', chassis, targets }, `${chassis.join('\n')}\n`),
  ];
}

function planAbsent(options: CentralOptions, state: State): Plan<Step, CentralResult> {
  const files = UNIT_FILES.filter((path) => state.files.get(path) !== undefined);
  // Only what has our files is ours.
  const result = { founded: false };
  if (files.length === 0) return { changes: [], result };
  const databases = DATABASE_NAMES.filter((one) => state.databases[one].kind === 'cluster');
  const staying = Object.keys(options.members).length > 0;
  const leaving = databases.filter(
    (one) => staying && (state.databases[one].status?.servers.length ?? 0) > 1,
  );
  for (const one of leaving) refuseLoss(options, one, state.databases[one]);
  for (const one of databases) refuseLast(options, one, state.databases[one]);
  const address = state.databases.southbound.address
    .replace(/^ssl:(.*):\d+$/, '$1')
    .replace(/^\[(.*)\]$/, '$1');
  return {
    changes: [
      ...(leaving.length > 0
        ? [
            change(`leave the clusters: ${leaving.join(', ')}`, {
              act: 'leave',
              databases: leaving,
              target: address ? targetOf(address) : undefined,
            }),
          ]
        : []),
      change(
        "stop OVN's databases, and remove them",
        { act: 'remove', databases },
        `${databases.map((one) => DATABASES[one].file).join('\n')}\n`,
      ),
      ...files.map((path) =>
        change(
          `remove ${path}`,
          { act: 'files', files: new Map([[path, undefined]]) },
          state.files.get(path) ?? '',
        ),
      ),
    ],
    result,
  };
}

/** Plans a host's part of the databases. Pure. @throws Failure */
export const plan = (options: CentralOptions, state: State): Plan<Step, CentralResult> =>
  options.state === 'present' ? planPresent(options, state) : planAbsent(options, state);
