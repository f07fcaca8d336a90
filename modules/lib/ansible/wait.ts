import { asError, failureAt } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { good, type Item } from './items.ts';
import type { Module, Placed, WaitOutcome } from './plan.ts';
import { failureOf, type Report } from './result.ts';

/** The items that a run waits for when it has applied the changes. */
const awaited = <O, S, X>({ waiting }: Module<O, S, X>, items: readonly Item<O, S, X>[]) =>
  waiting ? good(items).filter(({ options }) => waiting.isAwaited(options)) : [];

/** What came of the items that were waited for. */
export type Waited = ReadonlyMap<unknown, WaitOutcome | undefined>;

/**
 * Looks at the items of a run that changes none of them.
 * @returns what came of each; undefined where the run has to wait: it changes an item, or one is not yet as it is waited for
 */
export async function waitedAlready<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: readonly Item<O, S, X>[],
): Promise<Waited | undefined> {
  const all = awaited(module, items);
  if (all.length === 0) return new Map();
  if (all.some(({ plan }) => plan.changes.length > 0)) return undefined;
  const outcomes = await module.waiting?.outcomesNow(host, all);
  return outcomes && new Map(all.map((item, i) => [item, outcomes[i]]));
}

/**
 * Waits for the items that have been applied, all together. A failure keeps what the report says of changes.
 * @param reports of all items, in their order
 * @param already what is known of all of them, in a run that needn't wait
 * @returns the same reports, with what came of it
 */
export async function waitForItems<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: readonly Item<O, S, X>[],
  reports: readonly Report[],
  already?: Waited,
): Promise<readonly Report[]> {
  const failed = new Set(items.filter((_, i) => reports[i]?.result.failed));
  const left = awaited(module, items).filter((item) => !failed.has(item));
  if (left.length === 0) return reports;
  const waited = already ?? (await outcomesOf(module, host, left));
  return reports.map((report, i) =>
    failed.has(items[i] as Item<O, S, X>)
      ? report
      : withOutcome(report, items[i]?.path ?? '', waited.get(items[i])),
  );
}

async function outcomesOf<O, S, X>(
  { waiting }: Module<O, S, X>,
  host: Host,
  items: readonly Placed<O>[],
): Promise<Waited> {
  try {
    const outcomes = (await waiting?.waitForAll(host, items)) ?? [];
    return new Map(items.map((item, i) => [item, outcomes[i]]));
  } catch (error) {
    return new Map(items.map((item) => [item, { error: asError(error) }]));
  }
}

function withOutcome(report: Report, path: string, outcome: WaitOutcome | undefined): Report {
  if (outcome === undefined) return report;
  const { result = {}, warnings = [], error } = outcome;
  const { changed } = report.result;
  const failure = error === undefined ? {} : { ...failureOf(failureAt(path, error)), changed };
  return {
    ...report,
    warnings: [...report.warnings, ...warnings],
    result: { ...report.result, ...result, ...failure },
  };
}
