import {
  CONTENTS,
  NAMED,
  NORTHBOUND,
  type Northbound,
  ROOTS,
  type Table,
} from '../../../modules/lib/ovn/tables.ts';
import type { Operation } from '../../../modules/lib/ovsdb/operations.ts';
import type { Kind, Value } from '../../../modules/lib/ovsdb/types.ts';
import { integer, map, text, uuids } from '../../../modules/lib/ovsdb/types.ts';

type Plain = Record<string, Value>;
type Kinds = Readonly<Record<string, Kind<Value>>>;

const kindsOf = (table: string) => NORTHBOUND[table as Table] as unknown as Kinds;

const isRefs = (table: string, column: string) => (kindsOf(table)[column] as unknown) === uuids;

const plain = (table: string, wire: Readonly<Record<string, unknown>>): Plain =>
  Object.fromEntries(
    Object.entries(wire).map(([column, value]) => {
      const kind = kindsOf(table)[column];
      if (!kind) throw new Error(`${table} has no column ${column}`);
      return [column, kind.decode(value)];
    }),
  );

const noneOf = (kind: Kind<Value>): Value => {
  if ((kind as unknown) === uuids) return [];
  if ((kind as unknown) === map) return {};
  if ((kind as unknown) === integer) return 0;
  if ((kind as unknown) === text) return '';
  return kind.decode(['set', []]);
};

const empty = (table: string): Plain =>
  Object.fromEntries(Object.entries(kindsOf(table)).map(([column, kind]) => [column, noneOf(kind)]));

const same = (a: unknown, b: unknown) => JSON.stringify(normal(a)) === JSON.stringify(normal(b));

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort();
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return value;
}

/** A northbound database in memory that does what transactions of a plan ask, as RFC 7047 and OVN's schema say. */
export class ModelDatabase {
  #tables = new Map<string, Map<string, Plain>>(
    Object.keys(NORTHBOUND).map((table) => [table, new Map<string, Plain>()]),
  );
  #next = 1;

  constructor() {
    this.#of('NB_Global').set('global', { nb_cfg: 0, sb_cfg: 0 });
  }

  /** Everything, for a plan. */
  read(): Northbound {
    return Object.fromEntries(
      [...this.#tables].map(([table, rows]) => [
        table,
        [...rows].map(([_uuid, row]) => ({ _uuid, ...structuredClone(row) })),
      ]),
    ) as unknown as Northbound;
  }

  /** Adds a row by hand. @returns its uuid */
  add(table: Table, columns: Plain): string {
    const uuid = this.#uuid();
    this.#of(table).set(uuid, { ...empty(table), ...columns });
    return uuid;
  }

  /** Changes a row by hand. */
  set(table: Table, uuid: string, columns: Plain): void {
    Object.assign(this.#row(table, uuid), columns);
  }

  /** Carries out a transaction, or throws and changes nothing. */
  transact(operations: readonly Operation[]): void {
    const saved = structuredClone(this.#tables);
    try {
      const named = new Map<string, string>();
      for (const { op, 'uuid-name': name } of operations)
        if (op === 'insert') named.set(String(name), this.#uuid());
      for (const operation of operations) this.#apply(this.#resolved(operation, named) as Operation, named);
      this.#checkRefs();
      this.#collect();
      this.#checkNames();
    } catch (error) {
      this.#tables = saved;
      throw error;
    }
  }

  #uuid(): string {
    return `00000000-0000-4000-8000-${String(this.#next++).padStart(12, '0')}`;
  }

  #of(table: string): Map<string, Plain> {
    const rows = this.#tables.get(table);
    if (!rows) throw new Error(`no table ${table}`);
    return rows;
  }

  #row(table: string, uuid: string): Plain {
    const row = this.#of(table).get(uuid);
    if (!row) throw new Error(`no row ${uuid} in ${table}`);
    return row;
  }

  #resolved(value: unknown, named: ReadonlyMap<string, string>): unknown {
    if (Array.isArray(value)) {
      if (value.length === 2 && value[0] === 'named-uuid') {
        const uuid = named.get(String(value[1]));
        if (!uuid) throw new Error(`no row is inserted as ${value[1]}`);
        return ['uuid', uuid];
      }
      return value.map((one) => this.#resolved(one, named));
    }
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#resolved(one, named)]));
    return value;
  }

  #where(table: string, where: unknown): [string, Plain][] {
    return [...this.#of(table)].filter(([uuid, row]) =>
      (where as [string, string, unknown][]).every(([column, , value]) =>
        column === '_uuid' ? uuid === (value as [string, string])[1] : row[column] === value,
      ),
    );
  }

  #apply(operation: Operation, named: ReadonlyMap<string, string>): void {
    const { op, table, where, row } = operation;
    switch (op) {
      case 'insert': {
        const uuid = named.get(String(operation['uuid-name'])) ?? '';
        this.#of(table).set(uuid, { ...empty(table), ...plain(table, row as Record<string, unknown>) });
        return;
      }
      case 'update':
        for (const [, one] of this.#where(table, where))
          Object.assign(one, plain(table, row as Record<string, unknown>));
        return;
      case 'delete':
        for (const [uuid] of this.#where(table, where)) this.#of(table).delete(uuid);
        return;
      case 'mutate':
        for (const [, one] of this.#where(table, where))
          for (const [column, mutator, value] of operation.mutations as [string, string, unknown][]) {
            const refs = uuids.decode(value);
            const now = (one[column] ?? []) as readonly string[];
            one[column] =
              mutator === 'insert'
                ? [...new Set([...now, ...refs])]
                : now.filter((ref) => !refs.includes(ref));
          }
        return;
      case 'wait': {
        const expected = (operation.rows as Record<string, unknown>[]).map((one) => plain(table, one));
        const found = this.#where(table, where).map(([, one]) =>
          Object.fromEntries((operation.columns as string[]).map((column) => [column, one[column]])),
        );
        if (
          !same(
            found.map(normal).map((one) => JSON.stringify(one)),
            expected.map(normal).map((one) => JSON.stringify(one)),
          )
        )
          throw new Error(`stale: ${JSON.stringify(operation)} found ${JSON.stringify(found)}`);
        return;
      }
      default:
        throw new Error(`no ${op} here`);
    }
  }

  /** As ovsdb-server does before it deletes what nothing holds any more. */
  #checkRefs(): void {
    const strong = { ...CONTENTS, Logical_Router_Port: ['ha_chassis_group'] };
    const all = new Set([...this.#tables.values()].flatMap((rows) => [...rows.keys()]));
    for (const [table, columns] of Object.entries(strong)) {
      for (const row of this.#of(table).values()) {
        const lost = columns.flatMap((column) => row[column] as string[]).find((uuid) => !all.has(uuid));
        if (lost) throw new Error(`a row of ${table} refers to ${lost}, which is deleted`);
      }
    }
  }

  /** Deletes rows that nothing holds, and references to rows that are no more. */
  #collect(): void {
    for (let before = -1, now = this.#size(); before !== now; before = now, now = this.#size()) {
      const held = new Set(
        Object.entries(CONTENTS).flatMap(([table, columns]) =>
          [...this.#of(table).values()].flatMap((row) =>
            columns.flatMap((column) => row[column] as string[]),
          ),
        ),
      );
      for (const [table, rows] of this.#tables) {
        if (ROOTS.has(table as Table) || table === 'NB_Global') continue;
        for (const uuid of rows.keys()) if (!held.has(uuid)) rows.delete(uuid);
      }
    }
    const all = new Set([...this.#tables.values()].flatMap((rows) => [...rows.keys()]));
    for (const [table, rows] of this.#tables) {
      for (const row of rows.values())
        for (const column of Object.keys(row))
          if (isRefs(table, column)) row[column] = (row[column] as string[]).filter((uuid) => all.has(uuid));
    }
  }

  #size(): number {
    return [...this.#tables.values()].reduce((sum, rows) => sum + rows.size, 0);
  }

  #checkNames(): void {
    for (const table of NAMED) {
      const names = [...this.#of(table).values()].map(({ name }) => name);
      if (new Set(names).size < names.length) throw new Error(`two rows of one name in ${table}`);
    }
  }
}
