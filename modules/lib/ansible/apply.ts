import { asError, MissingProgram } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Mode } from './arguments.ts';
import { type Failed, type Item, isFailed, type Planned } from './items.ts';
import type { Change, Module, Outcome, Plan } from './plan.ts';
import { failed, failureOf, type Report, type Result } from './result.ts';

/** Applies an item's plan, unless in check mode. It never throws: what goes wrong is in the report. */
export async function applyItem<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  item: Item<O, S, X>,
  { check }: Mode,
): Promise<Report> {
  const key = item.options === undefined ? undefined : module.key(item.options);
  if (isFailed(item)) return { key, changes: [], ...reportOf(item, check) };
  const { plan } = item;
  const warnings = plan.warnings ?? [];
  if (check) {
    const result = { ...plan.result, changed: plan.changes.length > 0 };
    return { key, warnings: [...warnings, ...(plan.missing ?? [])], changes: plan.changes, result };
  }
  const unmet = unmetBy(plan);
  if (unmet.length > 0) return { key, warnings, changes: [], result: failed(unmet.join('\n')) };
  const applied = await applyChanges(module, host, item);
  return { key, ...applied, warnings: [...warnings, ...applied.warnings] };
}

// In check mode a task before this one has only said what it would install.
const reportOf = (
  { error }: Failed<unknown, unknown>,
  check: boolean,
): Pick<Report, 'warnings' | 'result'> =>
  error instanceof MissingProgram && check
    ? { warnings: [error.message], result: { changed: false } }
    : { warnings: [], result: failureOf(error) };

function unmetBy({ missing = [], uploads = {} }: Plan<unknown>): readonly string[] {
  if (missing.length > 0) return missing;
  return Object.values(uploads).map(
    (path) => `${path} was not uploaded from the controller: run the task without 'async'`,
  );
}

async function applyChanges<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  { options, plan }: Planned<O, S, X>,
): Promise<Omit<Report, 'key'>> {
  const result: Result = { changed: false, ...plan.result };
  const warnings: string[] = [];
  const done: Change<X>[] = [];
  try {
    for (const change of plan.changes) {
      const outcome = (await module.apply(host, change.step, options)) ?? {};
      warnings.push(...(outcome.warnings ?? []));
      Object.assign(result, outcome.result);
      amendLists(result, outcome);
      if (outcome.changed !== false) done.push(change);
    }
  } catch (error) {
    const titles = done.map(({ title }) => title);
    const stopped = { ...failureOf(asError(error)), changed: done.length > 0, done: titles };
    return { warnings, changes: done, result: stopped };
  }
  return { warnings, changes: done, result: { ...result, changed: done.length > 0 } };
}

function amendLists(result: Result, { added = {}, dropped = {} }: Outcome): void {
  const listOf = (field: string) => (result[field] as unknown[] | undefined) ?? [];
  for (const [field, items] of Object.entries(dropped)) {
    result[field] = listOf(field).filter((item) => !items.includes(item));
  }
  for (const [field, items] of Object.entries(added)) result[field] = [...listOf(field), ...items];
}
