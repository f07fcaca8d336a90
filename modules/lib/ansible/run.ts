import { asError } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { parseArguments, splitArguments } from './arguments.ts';
import { applyBatches } from './batches.ts';
import { good, type Item, isFailed, planItems, refuseUnanswered } from './items.ts';
import type { Module } from './plan.ts';
import type { Validator } from './problems.ts';
import { failureOf, type Result, resultOfList, resultOfOne } from './result.ts';
import { longestFirst, masked, secretsOf } from './secrets.ts';
import { waitedAlready } from './wait.ts';

/** Bytes of work that make a run a long one: a few seconds' on any disk. */
const LONG = 256 * 1024 ** 2;

/** What a run in a process of its own has beside its host. */
export interface Surroundings {
  /** Starts the same run again in the background, where it is long and followed. @returns where it is followed */
  readonly detach?: (() => Promise<Readonly<Record<string, unknown>>>) | undefined;
  /** Removes what killed runs have left. */
  readonly sweep?: () => Promise<void>;
}

/**
 * Runs a module: reads the arguments, observes, plans and, unless in check mode, applies, and waits where the object
 * does. In list form one failed item doesn't keep the others from being applied.
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
    const { mode, items: given, listed } = splitArguments(module.spec, parseArguments(json));
    secrets = given.flatMap(({ options }) => secretsOf(module.spec.options, options));
    if (!mode.check) await sweep?.();
    const { items: planned, warnings } = await planItems(module, validate, host, given);
    secrets = longestFirst([...secrets, ...planned.flatMap((item) => secretsIn(module, item))]);
    const asks = mode.asks ? good(planned).flatMap(({ plan: { ask } }) => (ask ? [ask.question] : [])) : [];
    // Nothing is applied, whatever the other items would change.
    if (asks.length > 0) return masked(resultOfAsks(asks, planned), secrets) as Result;
    const items = refuseUnanswered(planned);
    const uploads = mode.follow ? uploadsOf(items) : {};
    // In check mode the plugin uploads nothing, and looks whether it could.
    const requested = Object.keys(uploads).length > 0 ? { piecewise_uploads: uploads } : undefined;
    if (requested && !mode.check) return { changed: false, ...requested };
    const mayBeLong = detach !== undefined && mode.follow && !mode.check;
    const waited = mayBeLong && !isLong(module, items) ? await waitedAlready(module, host, items) : undefined;
    if (mayBeLong && !waited) return { changed: false, piecewise_detached: await detach() };
    const reports = await applyBatches(module, host, items, mode, waited);
    const result = listed ? resultOfList(reports, mode, warnings) : resultOfOne(reports, mode, warnings);
    return masked({ ...result, ...requested }, secrets) as Result;
  } catch (error) {
    return masked(failureOf(asError(error)), secrets) as Result;
  }
}

const secretsIn = <O, S, X>({ secrets }: Module<O, S, X>, { options, state }: Item<O, S, X>) =>
  options === undefined ? [] : (secrets?.(options, state) ?? []);

// The errors of other items are told with what the plugin finds wrong.
function resultOfAsks(
  asks: readonly Readonly<Record<string, unknown>>[],
  items: readonly Item<unknown, unknown, unknown>[],
): Result {
  const messages = items.flatMap((item) => (isFailed(item) ? [item.error.message] : []));
  return {
    ...{ changed: false, piecewise_asks: asks },
    ...(messages.length > 0 ? { msg: [...new Set(messages)].join('\n') } : {}),
  };
}

// Nothing is uploaded for an item whose plan can't be applied.
const uploadsOf = (items: readonly Item<unknown, unknown, unknown>[]): Record<string, string> =>
  Object.assign(
    {},
    ...items.map((item) => (isFailed(item) || item.plan.missing?.length ? {} : item.plan.uploads)),
  );

function isLong<O, S, X>(module: Module<O, S, X>, items: readonly Item<O, S, X>[]): boolean {
  const { weight = () => 0 } = module;
  const changes = good(items).flatMap(({ plan }) => plan.changes);
  return changes.reduce((sum, { step }) => sum + weight(step), 0) >= LONG;
}
