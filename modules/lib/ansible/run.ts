import { Failure, inWords, Lacking } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { type Given, type Mode, parseArguments, readOptions, splitArguments } from './arguments.ts';
import {
  asError,
  type Change,
  type Module,
  type Outcome,
  type Placed,
  type Plan,
  type Scope,
} from './plan.ts';
import type { Validator } from './problems.ts';
import { longestFirst, masked, secretsOf } from './secrets.ts';

/** One item on its way through the steps; `error` ends the way. */
interface Item<Options, State, Step> {
  readonly given: Given;
  readonly scope: Scope;
  options?: Options;
  state?: State;
  plan?: Plan<Step>;
  error?: Error;
}

/** What Ansible prints and registers. */
export type Result = Record<string, unknown> & { changed: boolean; failed?: boolean; msg?: string };

interface Report {
  key: string | undefined;
  result: Result;
  diff: object[];
  warnings: string[];
}

/** Bytes from which on work is long: a few seconds' on any disk. */
const LONG = 256 * 1024 ** 2;

/** What a run of a process of its own has beside its host. */
export interface Surroundings {
  /** Has the same run done by itself, where it is long and followed. @returns where it is followed */
  readonly detach?: (() => Promise<Readonly<Record<string, unknown>>>) | undefined;
  /** Removes what killed runs have left. */
  readonly sweep?: () => Promise<void>;
}

/**
 * Runs a module: reads the arguments, observes, plans and, unless in check mode, applies. In list form one
 * failed item doesn't keep the others from being carried out.
 * @param json the arguments as Ansible sends them
 * @param surroundings of a process of its own; without them all is done here
 * @returns the result to print; it never throws
 */
export async function run<Options, State, Step>(
  module: Module<Options, State, Step>,
  validate: Validator,
  host: Host,
  json: string,
  { detach, sweep }: Surroundings = {},
): Promise<Result> {
  let secrets: string[] = [];
  try {
    const given = parseArguments(json);
    const { mode, items, listed } = splitArguments(module.spec, given);
    secrets = items.flatMap(({ options }) => secretsOf(module.spec.options, options));
    if (!mode.check) await sweep?.();
    const planned = await planItems(module, validate, host, items);
    secrets = longestFirst([...secrets, ...planned.flatMap((item) => secretsIn(module, item))]);
    const uploads = mode.follow ? uploadsOf(planned) : {};
    // In check mode the plugin brings nothing, and looks whether it could.
    const wanted = Object.keys(uploads).length > 0 ? { piecewise_uploads: uploads } : undefined;
    if (wanted && !mode.check) return { changed: false, ...wanted };
    if (detach && mode.follow && !mode.check && isLong(module, planned)) {
      return { changed: false, piecewise_detached: await detach() };
    }
    const reports: Report[] = [];
    for (const item of planned) reports.push(await carryOut(module, host, item, mode));
    const result = listed ? resultOfList(reports, mode) : resultOfOne(reports, mode);
    return masked({ ...result, ...wanted }, secrets) as Result;
  } catch (error) {
    return masked(failureOf(asError(error)), secrets) as Result;
  }
}

// For what can't be done, nothing is brought.
const uploadsOf = (items: readonly Item<unknown, unknown, unknown>[]): Record<string, string> =>
  Object.assign({}, ...items.map(({ plan, error }) => (error || plan?.missing?.length ? {} : plan?.uploads)));

function isLong<O, S, X>({ weight }: Module<O, S, X>, items: readonly Item<O, S, X>[]): boolean {
  const steps = items
    .flatMap(({ plan, error }) => (plan && !error ? plan.changes : []))
    .map(({ step }) => step);
  return weight !== undefined && steps.reduce((sum, step) => sum + weight(step), 0) >= LONG;
}

async function planItems<Options, State, Step>(
  module: Module<Options, State, Step>,
  validate: Validator,
  host: Host,
  given: readonly Given[],
): Promise<Item<Options, State, Step>[]> {
  const all = itemsOf(module, given);
  for (const item of all) {
    attempt(item, () => {
      item.options = readOptions(module.spec, validate, item.given) as Options;
      module.check?.(item.options);
    });
  }
  checkTogether(module, all);
  refuseTwins(module, all);
  const items = ownOf(module, all);
  await observeAll(module, host, items);
  for (const item of items.filter(isAlive)) {
    attempt(item, () => {
      item.plan = module.plan(item.options as Options, item.state as State);
    });
  }
  return items;
}

function itemsOf<O, S, X>({ scope }: Module<O, S, X>, given: readonly Given[]): Item<O, S, X>[] {
  const items = given.map((one) => ({ given: one, scope: scope?.(one.options) ?? ('own' as const) }));
  return items.filter((item) => item.scope !== 'others');
}

/** @throws Failure where the task is about an item that isn't there */
function ownOf<O, S, X>({ allAside }: Module<O, S, X>, all: readonly Item<O, S, X>[]): Item<O, S, X>[] {
  const own = all.filter(({ scope }) => scope === 'own');
  const problem = own.length === 0 && all.length > 0 ? allAside?.(placed(all.filter(isAlive))) : undefined;
  if (problem) throw problem;
  return own;
}

const placed = <O, S, X>(items: readonly Item<O, S, X>[]): Placed<O>[] =>
  items.map(({ given, options }) => ({ path: given.path, options: options as O }));

const secretsIn = <O, S, X>({ secrets }: Module<O, S, X>, { options, state }: Item<O, S, X>) =>
  options === undefined ? [] : (secrets?.(options, state) ?? []);

const isAlive = (item: { error?: Error }) => item.error === undefined;

function attempt(item: { given: Given; error?: Error }, act: () => void): void {
  try {
    act();
  } catch (error) {
    item.error = located(asError(error), item.given.path);
  }
}

// A module's own checks know an option, not in which item of a list it stands.
const located = (error: Error, path: string): Error =>
  inWords(error, (option) => (!path || option.startsWith(path) ? option : `${path}.${option}`));

function refuseTwins<O, S, X>(module: Module<O, S, X>, items: Item<O, S, X>[]): void {
  const first = new Map<string, string>();
  for (const item of items.filter(isAlive)) {
    const key = module.key(item.options as O);
    const twin = first.get(key);
    if (twin !== undefined) item.error = new Failure(`${item.given.path}: '${key}' is in ${twin} already`);
    else first.set(key, item.given.path);
  }
}

function checkTogether<O, S, X>({ checkAll }: Module<O, S, X>, items: Item<O, S, X>[]): void {
  const alive = items.filter(isAlive);
  checkAll?.(placed(alive)).forEach((problem, i) => {
    const item = alive[i];
    if (item && problem) item.error = located(problem, item.given.path);
  });
}

async function observeAll<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: Item<O, S, X>[],
): Promise<void> {
  const alive = items.filter(isAlive);
  if (alive.length === 0) return;
  try {
    const states = await module.observe(
      host,
      alive.map(({ options }) => options as O),
    );
    alive.forEach((item, i) => {
      const state = states[i];
      if (state instanceof Error) item.error = state;
      else item.state = state as S;
    });
  } catch (error) {
    for (const item of alive) item.error = asError(error);
  }
}

async function carryOut<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  { options, plan, error }: Item<O, S, X>,
  mode: Mode,
): Promise<Report> {
  const key = options && module.key(options);
  const changes = plan?.changes ?? [];
  const warnings = [...(plan?.warnings ?? [])];
  // In check mode a task before this one has only said what it would install.
  if (error instanceof Lacking && mode.check) {
    return { key, warnings: [error.message], diff: [], result: { changed: false } };
  }
  if (!plan || error) {
    return {
      key,
      warnings,
      diff: [],
      result: failureOf(error ?? new Error('no plan')),
    };
  }
  const missing = plan.missing ?? [];
  const uploads = Object.values(plan.uploads ?? {}).map(
    (path) => `${path} was not brought from the controller: run the task without 'async'`,
  );
  const unmet = missing.length > 0 ? missing : uploads;
  if (unmet.length > 0 && !mode.check) {
    const msg = unmet.join('\n');
    return { key, warnings, diff: [], result: { changed: false, failed: true, msg } };
  }
  warnings.push(...missing);
  const result: Result = { changed: false, ...plan.result };
  const done: Change<X>[] = [];
  try {
    for (const change of mode.check ? [] : changes) {
      const outcome = await module.apply(host, change.step, options as O);
      warnings.push(...(outcome?.warnings ?? []));
      Object.assign(result, outcome?.result);
      amendLists(result, outcome ?? {});
      if (outcome?.changed !== false) done.push(change);
    }
  } catch (reason) {
    const stopped = {
      ...failureOf(asError(reason)),
      changed: done.length > 0,
      done: done.map(({ title }) => title),
    };
    return { key, warnings, diff: diffOf(done), result: stopped };
  }
  const real = mode.check ? changes : done;
  return { key, warnings, diff: diffOf(real), result: { ...result, changed: real.length > 0 } };
}

function amendLists(result: Result, { added = {}, dropped = {} }: Outcome): void {
  const listOf = (field: string) => (result[field] as unknown[] | undefined) ?? [];
  for (const [field, items] of Object.entries(dropped)) {
    result[field] = listOf(field).filter((item) => !items.includes(item));
  }
  for (const [field, items] of Object.entries(added)) result[field] = [...listOf(field), ...items];
}

/** The result of a run that failed. */
export function failureOf(error: Error): Result & { failed: true; msg: string } {
  const failed = { changed: false, failed: true } as const;
  if (error instanceof Failure) return { ...failed, msg: error.message };
  if (TOO_DEEP.test(error.message))
    return { ...failed, msg: 'what the task or the host says is nested too deep' };
  return { ...failed, msg: error.message, exception: error.stack ?? error.message };
}

// What V8 says where a recursion takes all of the stack.
const TOO_DEEP = /^Maximum call stack size exceeded$/;

const diffText = (value: unknown) =>
  value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : `${JSON.stringify(value, undefined, 2)}\n`;

function diffOf(changes: readonly Change<unknown>[]): object[] {
  return changes.map(({ title, before, after }) => ({
    before_header: title,
    after_header: title,
    before: diffText(before),
    after: diffText(after),
  }));
}

function extras({ diff, warnings }: Pick<Report, 'diff' | 'warnings'>, mode: Mode): object {
  return { ...(mode.diff ? { diff } : {}), ...(warnings.length > 0 ? { warnings } : {}) };
}

function resultOfOne([report]: readonly Report[], mode: Mode): Result {
  if (!report) return { changed: false, skipped: true };
  return { ...report.result, ...extras(report, mode) };
}

function resultOfList(reports: readonly Report[], mode: Mode): Result {
  const failed = reports.filter(({ result }) => result.failed);
  const names = failed.map(({ key, result }) => (key ? `${key}: ${result.msg}` : result.msg));
  return {
    changed: reports.some(({ result }) => result.changed),
    ...(failed.length > 0 ? { failed: true, msg: names.join('\n') } : {}),
    results: reports.map((report) => ({
      ...(report.key === undefined ? {} : { item: report.key }),
      ...report.result,
      ...(mode.diff ? { diff: report.diff } : {}),
    })),
    ...extras(
      {
        diff: reports.flatMap(({ diff }) => diff),
        warnings: [...new Set(reports.flatMap((r) => r.warnings))],
      },
      mode,
    ),
  };
}
