import { asError, MissingProgram } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { inPool } from '../host/pool.ts';
import type { Mode } from './arguments.ts';
import { type Failed, type Item, isFailed } from './items.ts';
import type { Change, Module, Outcome, Plan } from './plan.ts';
import { failed, failureOf, type Report, type Result } from './result.ts';

/** Items whose changes are made at the same time. Most of the time a change waits for a process, or for the storage. */
const AT_ONCE = 16;

/**
 * Applies the plans of all items, in their order, unless in check mode. Items that follow each other and begin with changes
 * that the module calls independent make these at the same time. It never throws: what goes wrong is in the reports.
 */
export async function applyItems<O, S, X>(
  module: Module<O, S, X>,
  host: Host,
  items: readonly Item<O, S, X>[],
  mode: Mode,
): Promise<Report[]> {
  const reports: Report[] = [];
  const left = items.map((item) => new Applying(module, host, item, mode));
  while (left.length > 0) {
    const end = left.findIndex((one) => !one.isIndependent);
    const some = left.splice(0, end === -1 ? left.length : Math.max(end, 1));
    if (some.length > 1) await inPool(AT_ONCE, some, (one) => one.begin());
    for (const one of some) reports.push(await one.finish());
  }
  return reports;
}

/** An item whose changes are being made. */
class Applying<O, S, X> {
  private readonly changes: Change<X>[];
  private readonly done: Change<X>[] = [];
  private readonly warnings: string[] = [];
  private readonly result: Result;
  private readonly refusal: Pick<Report, 'warnings' | 'changes' | 'result'> | undefined;
  private error: Error | undefined;

  constructor(
    private readonly module: Module<O, S, X>,
    private readonly host: Host,
    private readonly item: Item<O, S, X>,
    mode: Mode,
  ) {
    this.refusal = notApplied(item, mode);
    this.changes = this.refusal || isFailed(item) ? [] : [...item.plan.changes];
    this.result = { changed: false, ...(isFailed(item) ? {} : item.plan.result) };
    this.warnings = isFailed(item) ? [] : [...(item.plan.warnings ?? [])];
  }

  /** Whether its first change, if it has one, may be made while those of others are. */
  get isIndependent(): boolean {
    return this.changes.length === 0 || this.leading > 0;
  }

  private get leading(): number {
    const { independent } = this.module;
    const { options } = this.item;
    if (!independent || options === undefined) return 0;
    const end = this.changes.findIndex(({ step }) => !independent(step, options));
    return end === -1 ? this.changes.length : end;
  }

  /** Makes the changes that may be made while those of others are. */
  begin(): Promise<void> {
    return this.make(this.changes.splice(0, this.leading));
  }

  /** Makes the changes that are left. @returns the report of all */
  async finish(): Promise<Report> {
    await this.make(this.changes.splice(0));
    const { options } = this.item;
    const key = options === undefined ? undefined : this.module.key(options);
    return { key, ...(this.refusal ?? this.outcome()) };
  }

  private async make(changes: readonly Change<X>[]): Promise<void> {
    if (isFailed(this.item)) return;
    for (const change of changes) {
      if (this.error) return;
      try {
        const outcome = (await this.module.apply(this.host, change.step, this.item.options)) ?? {};
        this.warnings.push(...(outcome.warnings ?? []));
        Object.assign(this.result, outcome.result);
        amendLists(this.result, outcome);
        if (outcome.changed !== false) this.done.push(change);
      } catch (error) {
        this.error = asError(error);
      }
    }
  }

  private outcome(): Omit<Report, 'key'> {
    const { done, warnings, error } = this;
    const changed = done.length > 0;
    const titles = done.map(({ title }) => title);
    const result = error ? { ...failureOf(error), changed, done: titles } : { ...this.result, changed };
    return { warnings, changes: done, result };
  }
}

/** What is reported of an item whose plan isn't applied; undefined where it is. */
function notApplied<O, S, X>(
  item: Item<O, S, X>,
  { check }: Mode,
): Pick<Report, 'warnings' | 'changes' | 'result'> | undefined {
  if (isFailed(item)) return { changes: [], ...reportOf(item, check) };
  const { plan } = item;
  const warnings = plan.warnings ?? [];
  if (check) {
    const result = { ...plan.result, changed: plan.changes.length > 0 };
    return { warnings: [...warnings, ...(plan.missing ?? [])], changes: plan.changes, result };
  }
  const unmet = unmetBy(plan);
  return unmet.length > 0 ? { warnings, changes: [], result: failed(unmet.join('\n')) } : undefined;
}

// In check mode a task before this one has only said what it would install.
const reportOf = (
  { error }: Failed<unknown, unknown>,
  check: boolean,
): Pick<Report, 'warnings' | 'result'> =>
  error instanceof MissingProgram && check
    ? { warnings: [error.message], result: { changed: false, unchecked: error.message } }
    : { warnings: [], result: failureOf(error) };

function unmetBy({ missing = [], uploads = {} }: Plan<unknown, object>): readonly string[] {
  if (missing.length > 0) return missing;
  return Object.values(uploads).map(
    (path) => `${path} was not uploaded from the controller: run the task without 'async'`,
  );
}

function amendLists(result: Result, { added = {}, dropped = {} }: Outcome<object>): void {
  const listOf = (field: string) => (result[field] as unknown[] | undefined) ?? [];
  for (const [field, items] of Object.entries(dropped)) {
    result[field] = listOf(field).filter((item) => !items.includes(item));
  }
  for (const [field, items] of Object.entries(added)) result[field] = [...listOf(field), ...items];
}
