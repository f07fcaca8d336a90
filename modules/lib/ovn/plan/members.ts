import { encodeRefs, type Ref } from '../../ovsdb/types.ts';
import { type DesiredRow, type Membership, type RowKey, subjectOf } from '../desired.ts';
import { type Index, nameIn, refsIn } from '../index.ts';
import { guardRow, mutateRefs, type Operation } from '../operations.ts';
import { HOLDERS, type Holder, type ManagedTable, ROOTS, type Row } from '../tables.ts';
import type { Refs } from './refs.ts';
import type { Touch } from './touch.ts';

const keyOf = ({ table, name }: RowKey, column: string) => `${table} ${name} ${column}`;

interface Exchange {
  readonly table: ManagedTable;
  readonly row: Row<ManagedTable>;
  readonly column: string;
  readonly joining: Ref[];
  readonly leaving: Ref[];
}

/** Which rows of ours hold which: what holders of others have is theirs, and so is what others have put into ours. */
export class Members {
  /** Of rows that exist, by row and column. */
  readonly #exchanges = new Map<string, Exchange>();
  /** Of rows that are to be inserted, by row and column. */
  readonly #new = new Map<string, Ref[]>();
  readonly #touches: Touch[] = [];

  constructor(
    desired: readonly DesiredRow[],
    readonly index: Index,
    refs: Refs,
    removed: ReadonlySet<string>,
  ) {
    for (const one of desired) this.#addDesired(one, refs, removed);
    for (const { table, row } of index.all()) {
      // The database itself removes a root from the columns that refer to it.
      if (removed.has(row._uuid) && !ROOTS.has(table)) this.#removeAll(row._uuid, removed);
    }
  }

  #addDesired(one: DesiredRow, refs: Refs, removed: ReadonlySet<string>): void {
    const { memberships = [] } = one;
    const current = this.index.find(one);
    const ref = refs.of(one);
    const kept = new Set<string>();
    for (const { holder, column } of memberships) {
      const row = this.index.find(holder);
      if (!row) {
        this.#join(keyOf(holder, column), ref);
        this.#touch(one, current !== undefined, 'joins', holder);
        continue;
      }
      kept.add(`${row._uuid} ${column}`);
      if (current && this.#holds(current._uuid, row._uuid, column)) continue;
      this.#exchange(holder.table, row, column).joining.push(ref);
      this.#touch(one, current !== undefined, 'joins', holder);
    }
    for (const { table, row, column } of current ? this.index.holdersOf(current._uuid) : []) {
      if (kept.has(`${row._uuid} ${column}`) || removed.has(row._uuid)) continue;
      this.#exchange(table, row, column).leaving.push(ref);
      this.#touch(one, true, 'leaves', { table, name: nameIn(row) });
    }
  }

  #join(key: string, ref: Ref): void {
    const known = this.#new.get(key);
    if (known) known.push(ref);
    else this.#new.set(key, [ref]);
  }

  // A new row's memberships are told by its being added.
  #touch(one: DesiredRow, exists: boolean, key: string, holder: RowKey): void {
    if (!exists) return;
    const change = { before: {}, after: { [key]: holder.name } };
    this.#touches.push({ kind: 'change', subject: subjectOf(one.name), part: one.part, ...change });
  }

  #holds(uuid: string, holder: string, column: string): boolean {
    return this.index.holdersOf(uuid).some((one) => one.row._uuid === holder && one.column === column);
  }

  #removeAll(uuid: string, removed: ReadonlySet<string>): void {
    for (const { table, row, column } of this.index.holdersOf(uuid)) {
      if (!removed.has(row._uuid)) this.#exchange(table, row, column).leaving.push({ uuid });
    }
  }

  #exchange(table: ManagedTable, row: Row<ManagedTable>, column: string): Exchange {
    const key = `${row._uuid} ${column}`;
    const known = this.#exchanges.get(key);
    const exchange = known ?? { table, row, column, joining: [], leaving: [] };
    if (!known) this.#exchanges.set(key, exchange);
    return exchange;
  }

  /** The columns of a row to be inserted that hold others, encoded. */
  heldByNew(row: RowKey): Readonly<Record<string, unknown>> {
    const columns: readonly Membership['column'][] = HOLDERS[row.table as Holder] ?? [];
    const held = columns.flatMap((column) => {
      const refs = this.#new.get(keyOf(row, column));
      return refs ? [[column, encodeRefs(refs)]] : [];
    });
    return Object.fromEntries(held);
  }

  /** The operations on holders that exist. Each is guarded: who else joins or leaves meanwhile makes the plan stale. */
  operations(): { guards: Operation[]; writes: Operation[]; touches: readonly Touch[] } {
    const exchanges = [...this.#exchanges.values()];
    return {
      guards: exchanges.map(({ table, row, column }) =>
        guardRow(table, row._uuid, { [column]: refsIn(row, column) }),
      ),
      writes: exchanges.flatMap(({ table, row, column, joining, leaving }) => [
        ...(leaving.length > 0 ? [mutateRefs(table, { uuid: row._uuid }, column, 'delete', leaving)] : []),
        ...(joining.length > 0 ? [mutateRefs(table, { uuid: row._uuid }, column, 'insert', joining)] : []),
      ]),
      touches: this.#touches,
    };
  }
}
