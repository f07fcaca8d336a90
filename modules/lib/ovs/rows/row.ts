import { asOption } from '../../failure.ts';
import { MASK, MASK_CHANGED } from '../../mask.ts';
import type { StringMap, Value } from '../../ovsdb/types.ts';
import type { TableName } from '../tables.ts';
import type { Column, Columns } from './columns.ts';
import { type MapPlan, managedKeys, OWNER, planMap, withManagedKeys, withoutOurs } from './maps.ts';

/** Options by name: a missing one keeps the column, and null unsets it. */
export type Given = Readonly<Record<string, unknown>>;
export type Values = Readonly<Record<string, Value>>;

export interface RowPlan {
  /** The columns to write, whole; empty when nothing changes. */
  readonly values: Values;
  /** In the options' terms, only what changes; secrets are masked. */
  readonly before: Given;
  readonly after: Given;
}

const same = (value: Value) => value;

// Columns hold texts, numbers, and sets and maps of them, all in one order.
const equal = (a: Value, b: Value) => JSON.stringify(a) === JSON.stringify(b);

const isMap = (value: unknown): value is StringMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A map without its secrets. */
const concealed = ({ secretKeys = [] }: Column, map: StringMap): StringMap =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, secretKeys.includes(key) ? MASK : value]),
  );

/** The same for the changed map: a mask that shows that a secret changes, but not its value. */
const concealedAfter = (column: Column, before: StringMap, after: StringMap): StringMap =>
  Object.fromEntries(
    Object.entries(concealed(column, after)).map(([key, value]) => [
      key,
      value !== after[key] && Object.hasOwn(before, key) ? MASK_CHANGED : value,
    ]),
  );

/**
 * Plans the columns of one row.
 * @param columns the options of which some belong to this row
 * @param current the existing row; empty for a new one
 * @param owner recorded as the creator of a new row
 * @throws OptionError when a key of a map is reserved
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
  const owned = managedKeys(ids);
  for (const [option, column] of Object.entries(columns)) {
    const { table: of, column: name = option, normal = same } = column;
    const desired = given[option];
    if (of !== table || desired === undefined) continue;
    if (isMap(desired)) {
      const map = (current[name] ?? {}) as StringMap;
      const plan = asOption(option, () => planMap(desired, map, owned[option] ?? []));
      if (!plan) continue;
      maps[option] = plan;
      values[name] = plan.next;
      before[option] = concealed(column, plan.before);
      after[option] = concealedAfter(column, plan.before, plan.after);
      continue;
    }
    const next = (desired ?? undefined) as Value;
    if (equal(normal(next), normal(current[name]))) continue;
    values[name] = next;
    before[option] = normal(current[name]);
    after[option] = next ?? normal(next);
  }
  const changed = Object.entries(maps);
  const base = { ...((values.external_ids ?? ids) as StringMap), ...(owner ? { [OWNER]: owner } : {}) };
  if (changed.length > 0 || owner) {
    const keys = Object.fromEntries(changed.map(([option, plan]) => [option, plan.owned]));
    values.external_ids = withManagedKeys(base, { ...owned, ...keys });
  }
  return { values, before, after };
}

/** The columns that a plan writes, with their current values, for a guard. */
export const replaced = (plan: RowPlan, current: Values): Values =>
  Object.fromEntries(Object.keys(plan.values).map((column) => [column, current[column]]));

/**
 * An existing row in the options' terms: the columns that aren't empty or off, without the keys of our own, and with
 * secrets masked.
 */
export function describeRow(columns: Columns, table: TableName, row: Values): Given {
  const described = Object.entries(columns).flatMap(([option, column]): [string, unknown][] => {
    const { column: name = option, isOthers = false } = column;
    const value = column.table === table && !isOthers ? (column.normal ?? same)(row[name]) : undefined;
    if (isMap(value)) {
      const others = withoutOurs(concealed(column, value));
      return Object.keys(others).length > 0 ? [[option, others]] : [];
    }
    const empty = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    return empty || (!column.always && equal(value, (column.normal ?? same)(undefined)))
      ? []
      : [[option, value]];
  });
  return Object.fromEntries(described);
}
