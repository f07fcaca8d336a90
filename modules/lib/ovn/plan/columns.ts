import { managedKeys, planMap, withManagedKeys } from '../../ovs/rows/maps.ts';
import type { StringMap, Value } from '../../ovsdb/types.ts';
import type { DesiredRow } from '../desired.ts';
import { idsOf, withIds } from '../ids.ts';
import type { ManagedTable, Row } from '../tables.ts';

/** What of a row's own columns changes. */
export interface ColumnsPlan {
  /** The columns to write, whole; empty when nothing changes. */
  readonly values: Readonly<Record<string, Value>>;
  /** Only what changes, without external_ids. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

const isMap = (value: Value): value is StringMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asSet = (value: Value) =>
  Array.isArray(value) ? [...new Set(value as readonly (string | number)[])].sort() : value;

const equal = (a: Value, b: Value) => a === b || JSON.stringify(asSet(a)) === JSON.stringify(asSet(b));

const sameMap = (a: StringMap, b: StringMap) => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};

/** Plans the columns of one row. @param current undefined for a new one */
export function planColumns(
  desired: DesiredRow,
  current: Row<ManagedTable> | undefined,
  owner: string,
): ColumnsPlan {
  const values: Record<string, Value> = {};
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  const row = (current ?? {}) as Readonly<Record<string, Value>>;
  const ids = (row.external_ids ?? {}) as StringMap;
  let managed = managedKeys(ids);
  for (const [column, value] of Object.entries(desired.columns)) {
    if (!isMap(value)) {
      if (current && equal(value, row[column])) continue;
      values[column] = value;
      before[column] = row[column];
      after[column] = value;
      continue;
    }
    const plan = planMap(value, (row[column] ?? {}) as StringMap, managed[column] ?? []);
    if (!plan) continue;
    managed = { ...managed, [column]: plan.owned };
    values[column] = plan.next;
    before[column] = plan.before;
    after[column] = plan.after;
  }
  const next = withManagedKeys(withIds(ids, idsOf(desired, owner)), managed);
  if (!sameMap(next, ids)) values.external_ids = next;
  return { values, before, after };
}
