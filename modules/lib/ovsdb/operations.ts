import { encodeColumnsOf, type NameOf, type Tables } from './tables.ts';
import { encodeRefs, type Ref, type Value } from './types.ts';

/** One operation of a transaction, RFC 7047 section 5.2. */
export interface Operation {
  readonly op: 'select' | 'insert' | 'update' | 'delete' | 'mutate' | 'wait';
  readonly table: string;
  readonly [member: string]: unknown;
}

/** The result of one operation; null where an earlier one failed. */
export type OperationResult = {
  readonly rows?: readonly Record<string, unknown>[];
  readonly uuid?: unknown;
  readonly error?: string;
  readonly details?: string;
} | null;

/** Columns of a row with their values. */
export type Columns = Readonly<Record<string, Value>>;

/** The condition that a row has this UUID. */
export const byUuid = (uuid: string): unknown[] => [['_uuid', '==', ['uuid', uuid]]];

/** One row by its UUID or name; a table's only row by neither. */
export type Which = { readonly uuid?: string; readonly name?: string };

const where = ({ uuid, name }: Which) =>
  uuid !== undefined ? byUuid(uuid) : name !== undefined ? [['name', '==', name]] : [];

/** Reads columns of all rows of a table. */
export const select = (table: string, columns: readonly string[]): Operation => ({
  op: 'select',
  table,
  where: [],
  columns: ['_uuid', ...columns],
});

/** The operations on a database with these tables. @param tables the kinds of the columns */
export const operationsOn = <T extends Tables>(tables: T) => ({
  /** @param others columns that hold references to rows of this same transaction, already encoded */
  insert: (
    table: NameOf<T>,
    ref: Ref,
    columns: Columns,
    others: Readonly<Record<string, unknown>> = {},
  ): Operation => ({
    op: 'insert',
    table,
    row: { ...encodeColumnsOf(tables, table, columns), ...others },
    'uuid-name': ref.uuid,
  }),

  /** Sets columns of a row. @param others as for an insert */
  update: (
    table: NameOf<T>,
    uuid: string,
    columns: Columns,
    others: Readonly<Record<string, unknown>> = {},
  ): Operation => ({
    op: 'update',
    table,
    where: byUuid(uuid),
    row: { ...encodeColumnsOf(tables, table, columns), ...others },
  }),

  /** Deletes a row of a root table; others go with the last reference to them. */
  remove: (table: NameOf<T>, uuid: string): Operation => ({ op: 'delete', table, where: byUuid(uuid) }),

  /** Adds references to a set column, or removes them. */
  mutateRefs: (
    table: NameOf<T>,
    which: Which,
    column: string,
    mutator: 'insert' | 'delete',
    refs: readonly Ref[],
  ): Operation => ({
    op: 'mutate',
    table,
    where: where(which),
    mutations: [[column, mutator, encodeRefs(refs)]],
  }),

  /** Refuses the whole transaction unless a row's columns still have the values that were read. */
  guardRow: (table: NameOf<T>, uuid: string, columns: Columns): Operation => ({
    op: 'wait',
    table,
    where: byUuid(uuid),
    columns: Object.keys(columns),
    rows: [encodeColumnsOf(tables, table, columns)],
    until: '==',
    timeout: 0,
  }),

  /** Refuses the whole transaction if a row of that name exists. */
  guardAbsent: (table: NameOf<T>, name: string): Operation => ({
    op: 'wait',
    table,
    where: [['name', '==', name]],
    columns: ['name'],
    rows: [],
    until: '==',
    timeout: 0,
  }),
});
