import { asError, Failure, failureAt, located } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { type Given, readOptions } from './arguments.ts';
import type { Found, Module, Placed, Plan, Scope } from './plan.ts';
import type { Validator } from './problems.ts';

// Each step takes an item further, or ends it with an error: the other items go on.

interface Known<O, S> {
  readonly path: string;
  readonly scope: Scope;
  readonly options?: O;
  readonly state?: S;
}

/** An item that a step refused, with what the steps before it made known. */
export type Failed<O, S> = Known<O, S> & { readonly error: Error };

type Read<O, S> = Known<O, S> & Placed<O>;
type Observed<O, S> = Read<O, S> & { readonly state: S };

/** An item that has come through all steps. */
export type Planned<O, S, X> = Observed<O, S> & { readonly plan: Plan<X, object> };

/** An item after the last step. */
export type Item<O, S, X> = Planned<O, S, X> | Failed<O, S>;

/** Whether a step refused an item. */
export const isFailed = <O, S>(item: Known<O, S>): item is Failed<O, S> => 'error' in item;

/** The items that no step has refused. */
export const good = <O, S, T extends Known<O, S>>(items: readonly (T | Failed<O, S>)[]): T[] =>
  items.flatMap((item) => (isFailed(item) ? [] : [item]));

function advance<O, S, T extends Known<O, S>, U>(
  item: T | Failed<O, S>,
  step: (item: T) => U,
): U | Failed<O, S> {
  if (isFailed(item)) return item;
  try {
    return step(item);
  } catch (error) {
    return { ...item, error: asError(error) };
  }
}

/** The items of a run, and warnings that belong to none of them. */
export interface Planning<O, S, X> {
  readonly items: readonly Item<O, S, X>[];
  readonly warnings: readonly string[];
}

/** Reads, checks, observes and plans all items of a task that this run is about. */
export async function planItems<O, S, X>(
  module: Module<O, S, X>,
  validate: Validator,
  host: Host,
  given: readonly Given[],
): Promise<Planning<O, S, X>> {
  const read = scoped(module, given).map((item) => readItem(module, validate, item));
  const checked = refuseDuplicates(module, checkTogether(module, read));
  const { items, warnings } = await withFound(module, host, onlyIncluded(module, checked), given);
  const observed = await observeItems(module, host, items);
  return {
    items: observed.map((item) =>
      advance(item, (one) => ({
        ...one,
        plan: located({ at: one.path }, () => module.plan(one.options, one.state)),
      })),
    ),
    warnings,
  };
}

/** The items, of which those that can't be applied without an answer have failed. */
export const refuseUnanswered = <O, S, X>(items: readonly Item<O, S, X>[]): readonly Item<O, S, X>[] =>
  items.map((item) =>
    advance(item, (one) => {
      if (one.plan.ask?.otherwise !== undefined)
        throw failureAt(one.path, new Failure(one.plan.ask.otherwise));
      return one;
    }),
  );

/** The items with those that others stand for, in their stead. */
async function withFound<O, S, X>(
  { standIns }: Module<O, S, X>,
  host: Host,
  items: Checked<O, S>[],
  given: readonly Given[],
): Promise<{ items: Checked<O, S>[]; warnings: readonly string[] }> {
  const some = good(items).filter(({ options }) => standIns?.isOne(options));
  if (!standIns || some.length === 0) return { items, warnings: [] };
  const declared = given.map(({ options }) => options);
  const options = some.map((item) => item.options);
  const found = await standIns.find(host, options, declared);
  const foundFor = new Map<unknown, Found<O> | Error>(
    some.map((item, i) => [item, found[i] ?? new Error('no answer')]),
  );
  return {
    items: items.flatMap((item): Checked<O, S>[] => {
      const answer = foundFor.get(item);
      if (answer === undefined) return [item];
      if (answer instanceof Error) return [{ ...item, error: answer }];
      return answer.items.map((one) => ({ path: item.path, scope: item.scope, options: one }));
    }),
    warnings: found.flatMap((answer) => (answer instanceof Error ? [] : answer.warnings)),
  };
}

type Checked<O, S> = Read<O, S> | Failed<O, S>;

interface Scoped {
  readonly given: Given;
  readonly scope: Scope;
}

const scoped = <O, S, X>({ scope }: Module<O, S, X>, items: readonly Given[]): Scoped[] =>
  items
    .map((given) => ({ given, scope: scope?.(given.options) ?? ('included' as const) }))
    .filter((item) => item.scope !== 'ignored');

function readItem<O, S, X>(
  module: Module<O, S, X>,
  validate: Validator,
  { given, scope }: Scoped,
): Checked<O, S> {
  const known: Known<O, S> = { path: given.path, scope };
  const read = advance(known, () => ({
    ...known,
    options: readOptions(module.spec, validate, given) as O,
  }));
  return checkItem(read, ({ path, options }) => located({ at: path }, () => module.check?.(options)));
}

const checkItem = <O, S>(item: Checked<O, S>, check: (item: Read<O, S>) => void): Checked<O, S> =>
  advance(item, (one) => {
    check(one);
    return one;
  });

function checkTogether<O, S, X>({ checkAll }: Module<O, S, X>, items: Checked<O, S>[]): Checked<O, S>[] {
  const read = good(items);
  const problems = checkAll?.(read) ?? [];
  const problemOf = new Map(read.map((item, i) => [item, problems[i]]));
  return items.map((item) =>
    checkItem(item, (one) => {
      const problem = problemOf.get(one);
      if (problem) throw failureAt(one.path, problem);
    }),
  );
}

function refuseDuplicates<O, S, X>(module: Module<O, S, X>, items: Checked<O, S>[]): Checked<O, S>[] {
  const first = new Map<string, string>();
  return items.map((item) =>
    checkItem(item, ({ path, options }) => {
      const key = module.key(options);
      const other = first.get(key);
      if (other !== undefined) throw new Failure(`${path}: '${key}' is in ${other} already`);
      first.set(key, path);
    }),
  );
}

/** @throws Failure where the task is about an item that it doesn't have */
function onlyIncluded<O, S, X>({ noneIncluded }: Module<O, S, X>, items: Checked<O, S>[]): Checked<O, S>[] {
  const kept = items.filter(({ scope }) => scope === 'included');
  const problem = kept.length === 0 && items.length > 0 ? noneIncluded?.(good(items)) : undefined;
  if (problem) throw problem;
  return kept;
}

async function observeItems<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: Checked<O, S>[],
): Promise<(Observed<O, S> | Failed<O, S>)[]> {
  const read = good(items);
  const states = read.length === 0 ? [] : await statesOf(module, host, read);
  const stateOf = new Map(read.map((item, i) => [item, states[i] as S | Error]));
  return items.map((item) =>
    advance(item, (one) => {
      const state = stateOf.get(one) as S | Error;
      if (state instanceof Error) throw state;
      return { ...one, state };
    }),
  );
}

async function statesOf<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: readonly Read<O, S>[],
): Promise<readonly (S | Error)[]> {
  const all = items.map(({ options }) => options);
  try {
    return await module.observe(host, all);
  } catch (error) {
    return all.map(() => asError(error));
  }
}
