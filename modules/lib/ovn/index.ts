import { OWNER } from '../ovs/rows/maps.ts';
import type { StringMap } from '../ovsdb/types.ts';
import type { RowKey } from './desired.ts';
import { NAME } from './ids.ts';
import {
  CONTENTS,
  HOLDERS,
  type Holder,
  type ManagedTable,
  NAMED,
  NORTHBOUND,
  type Northbound,
  type Row,
} from './tables.ts';

/** A row with its table. */
export interface Located<T extends ManagedTable = ManagedTable> {
  readonly table: T;
  readonly row: Row<T>;
}

/** A row that holds another one. */
export interface Holding {
  readonly table: Holder;
  readonly row: Row<Holder>;
  readonly column: string;
}

const MANAGED_TABLES = Object.keys(NORTHBOUND).filter((table) => table !== 'NB_Global') as ManagedTable[];

const keyOf = ({ table, name }: RowKey) => `${table} ${name}`;

/** The uuids in a column of a row. */
export const refsIn = (row: Row<ManagedTable>, column: string): readonly string[] =>
  ((row as unknown as Record<string, unknown>)[column] ?? []) as readonly string[];

/** OVN's own name of a row; empty in a table that has none. */
export const nameIn = (row: Row<ManagedTable>): string =>
  String((row as unknown as { readonly name?: string }).name ?? '');

const idsIn = (row: Row<ManagedTable>): StringMap => row.external_ids;

/** Finds rows of one owner by their names, all rows by their uuids, and who holds them: each in one step. */
export class Index {
  readonly #ours = new Map<ManagedTable, Map<string, Located>>(
    MANAGED_TABLES.map((table) => [table, new Map()]),
  );
  readonly #copies: (Located & { readonly name: string })[] = [];
  readonly #named = new Map<string, Row<ManagedTable>>();
  readonly #oursByUuid = new Map<string, RowKey>();
  readonly #holdings = new Map<string, Holding[]>();

  constructor(
    readonly northbound: Northbound,
    readonly owner: string,
  ) {
    for (const table of MANAGED_TABLES) {
      const isNamed = NAMED.includes(table);
      for (const row of northbound[table] as readonly Row<ManagedTable>[]) this.#add(table, row, isNamed);
    }
    for (const table of Object.keys(HOLDERS) as Holder[]) {
      for (const row of northbound[table] as readonly Row<Holder>[]) {
        if (this.isOurs(row._uuid)) this.#addHeld(table, row);
      }
    }
  }

  #add(table: ManagedTable, row: Row<ManagedTable>, isNamed: boolean): void {
    if (isNamed) this.#named.set(keyOf({ table, name: nameIn(row) }), row);
    const ids = idsIn(row);
    const name = ids[NAME];
    if (ids[OWNER] !== this.owner || name === undefined) return;
    const ours = this.#ours.get(table);
    if (ours?.has(name)) this.#copies.push({ table, row, name });
    else ours?.set(name, { table, row });
    this.#oursByUuid.set(row._uuid, { table, name });
  }

  #addHeld(table: Holder, row: Row<Holder>): void {
    for (const column of HOLDERS[table]) {
      for (const uuid of refsIn(row, column)) {
        const known = this.#holdings.get(uuid);
        if (known) known.push({ table, row, column });
        else this.#holdings.set(uuid, [{ table, row, column }]);
      }
    }
  }

  /** The row of ours of that name. */
  find<T extends ManagedTable>({ table, name }: RowKey & { readonly table: T }): Row<T> | undefined {
    return this.#ours.get(table)?.get(name)?.row as Row<T> | undefined;
  }

  /** All rows of ours. Of several with one name, only the first is found by it. */
  *all(): Generator<Located & { readonly name: string; readonly isCopy: boolean }> {
    for (const [table, rows] of this.#ours) {
      for (const [name, { row }] of rows) yield { table, row, name, isCopy: false };
    }
    for (const copy of this.#copies) yield { ...copy, isCopy: true };
  }

  /** The row of OVN's own name, whoever has made it. */
  named(table: ManagedTable, name: string): Row<ManagedTable> | undefined {
    return this.#named.get(keyOf({ table, name }));
  }

  isOurs(uuid: string): boolean {
    return this.#oursByUuid.has(uuid);
  }

  /** The rows of ours that hold a row. */
  holdersOf(uuid: string): readonly Holding[] {
    return this.#holdings.get(uuid) ?? [];
  }

  /** What of others would be deleted with a row of ours: columns, each with the number of rows. */
  foreignIn({ table, name }: RowKey): Readonly<Record<string, number>> {
    const row = this.find({ table, name });
    if (!row || !(table in CONTENTS)) return {};
    const counts = CONTENTS[table as Holder].map(
      (column) => [column, refsIn(row, column).filter((uuid) => !this.isOurs(uuid)).length] as const,
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }
}
