import type { Kind, Value } from './types.ts';

// Any kind: each takes values of its type only.
type AnyKind = { readonly decode: (wire: unknown) => Value; readonly encode: (value: never) => unknown };

/** What is read of a database: its tables, and of each the columns with their kinds. */
export type Tables = Readonly<Record<string, Readonly<Record<string, AnyKind>>>>;

/** The name of a table. */
export type NameOf<T extends Tables> = Extract<keyof T, string>;

/** A row as plain values. */
export type RowOf<T extends Tables, N extends NameOf<T>> = { readonly _uuid: string } & {
  readonly [C in keyof T[N]]: T[N][C] extends Kind<infer V> ? V : never;
};

/** All rows of all tables, as they were at one moment. */
export type RowsOf<T extends Tables> = { readonly [N in NameOf<T>]: readonly RowOf<T, N>[] };

const kindOf = (tables: Tables, table: string, column: string): AnyKind | undefined =>
  tables[table]?.[column];

const uuidOf = (wire: unknown) => (Array.isArray(wire) ? String(wire[1]) : '');

/** A row as the database sends it, as plain values. */
export function decodeRowOf<T extends Tables, N extends NameOf<T>>(
  tables: T,
  table: N,
  wire: Record<string, unknown>,
): RowOf<T, N> {
  const columns = Object.entries<AnyKind>(tables[table] ?? {});
  const values = columns.map(([column, kind]) => [column, kind.decode(wire[column])]);
  return { _uuid: uuidOf(wire._uuid), ...Object.fromEntries(values) } as RowOf<T, N>;
}

/** Columns of a row as an operation has them; one that isn't read is taken as it is. */
export const encodeColumnsOf = (
  tables: Tables,
  table: string,
  values: Readonly<Record<string, Value>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      kindOf(tables, table, column)?.encode(value as never) ?? value,
    ]),
  );
