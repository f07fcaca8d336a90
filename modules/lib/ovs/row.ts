import { Failure, OptionError } from '../failure.ts';
import type { Columns } from './columns.ts';
import { type MapPlan, OWNER, ownKeys, planMap, withOwnKeys } from './maps.ts';
import type { TableName } from './tables.ts';
import type { StringMap, Value } from './types.ts';

/** Options by name: one that isn't there is left alone, and null clears. */
export type Given = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, Value>>;

export interface RowPlan {
  /** The columns to write, whole; none when the row is right. */
  readonly values: Values;
  /** In the options' terms, only what changes. */
  readonly before: Given;
  readonly after: Given;
}

const same = (value: Value) => value;

const isMap = (value: unknown): value is StringMap => typeof value === 'object' && value !== null;

function mapOf(option: string, given: StringMap, current: Values, owned: readonly string[]) {
  try {
    return planMap(given, (current[option] ?? {}) as StringMap, owned);
  } catch (error) {
    throw error instanceof Failure ? new OptionError(option, error.message) : error;
  }
}

/**
 * What the columns of one row have to become.
 * @param columns the options of which some belong to this row
 * @param current the row as it is; empty for a new one
 * @param owner who is to be named as its creator, for a new row
 * @throws OptionError when a key of a map is not the task's to set
 */
export function planRow(
  columns: Columns,
  table: TableName,
  given: Given,
  current: Values = {},
  owner?: string,
): RowPlan {
  const values: Record<string, Value> = {};
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  const maps: Record<string, MapPlan> = {};
  const ids = (current.external_ids ?? {}) as StringMap;
  const owned = ownKeys(ids);
  for (const [option, { table: of, normal = same }] of Object.entries(columns)) {
    const wanted = given[option];
    if (of !== table || wanted === undefined) continue;
    if (isMap(wanted)) {
      const plan = mapOf(option, wanted, current, owned[option] ?? []);
      if (!plan) continue;
      maps[option] = plan;
      values[option] = plan.next;
      before[option] = plan.before;
      after[option] = plan.after;
      continue;
    }
    const next = (wanted ?? undefined) as Value;
    if (normal(next) === normal(current[option])) continue;
    values[option] = next;
    before[option] = normal(current[option]);
    after[option] = next;
  }
  const changed = Object.entries(maps);
  const base = { ...((values.external_ids ?? ids) as StringMap), ...(owner ? { [OWNER]: owner } : {}) };
  if (changed.length > 0 || owner) {
    const keys = Object.fromEntries(changed.map(([option, plan]) => [option, plan.owned]));
    values.external_ids = withOwnKeys(base, { ...owned, ...keys });
  }
  return { values, before, after };
}

/** The columns that a plan writes, as they are now: what the transaction relies on. */
export const replaced = (plan: RowPlan, current: Values): Values =>
  Object.fromEntries(Object.keys(plan.values).map((column) => [column, current[column]]));
