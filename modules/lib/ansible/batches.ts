import type { Host } from '../host/host.ts';
import { applyItems } from './apply.ts';
import type { Mode } from './arguments.ts';
import { good, type Item, isFailed } from './items.ts';
import type { Module } from './plan.ts';
import { failed, failureOf, type Report } from './result.ts';
import { type Waited, waitForItems } from './wait.ts';

/**
 * Applies the plans of all items, and waits for them: all together, or some at a time where the module has `serial`.
 * @param already what is known of the items, in a run that needn't wait
 * @returns what came of each, in their order
 */
export async function applyBatches<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: readonly Item<O, S, X>[],
  mode: Mode,
  already?: Waited,
): Promise<readonly Report[]> {
  const most = serialOf(module, items);
  const reports: Report[] = [];
  for (const batch of mode.check ? [items] : batchesOf(items, most)) {
    const before = reports.find(({ result }) => result.failed);
    if (before) {
      reports.push(...batch.map((item) => leftOut(module, item, before)));
      continue;
    }
    const applied = await applyItems(module, host, batch, mode);
    reports.push(...(mode.check ? applied : await waitForItems(module, host, batch, applied, already)));
  }
  return reports;
}

const serialOf = <O, S, X>({ serial }: Module<O, S, X>, items: readonly Item<O, S, X>[]): number =>
  good(items).reduce((most, { options }) => Math.max(most, serial?.(options) ?? 0), 0);

const isChanged = <O, S, X>(item: Item<O, S, X>): boolean => !isFailed(item) && item.plan.changes.length > 0;

/** Items that follow each other, with at most so many that change in each part; all of them if that is 0. Pure. */
export function batchesOf<O, S, X>(items: readonly Item<O, S, X>[], most: number): Item<O, S, X>[][] {
  const batches: Item<O, S, X>[][] = [[]];
  let changed = 0;
  for (const item of items) {
    if (isChanged(item) && most > 0 && changed === most) {
      batches.push([]);
      changed = 0;
    }
    batches.at(-1)?.push(item);
    if (isChanged(item)) changed += 1;
  }
  return batches;
}

// An item that changes nothing is as desired, whatever became of the others.
function leftOut<O, S, X>(module: Module<O, S, X>, item: Item<O, S, X>, before: Report): Report {
  const key = item.options === undefined ? undefined : module.key(item.options);
  const report = { key, changes: [], warnings: [] };
  if (isFailed(item)) return { ...report, result: failureOf(item.error) };
  if (!isChanged(item)) return { ...report, result: { ...item.plan.result, changed: false } };
  const why = `left as it is, since ${before.key ?? 'one before it'} failed ('serial' is given)`;
  return { ...report, result: failed(why) };
}
