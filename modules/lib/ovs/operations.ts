import { encodeColumns, type TableName } from './tables.ts';
import { encodeRefs, type Ref, type Value } from './types.ts';

/** One operation of a transaction, RFC 7047 section 5.2. */
export interface Operation {
  readonly op: 'select' | 'insert' | 'update' | 'mutate' | 'wait';
  readonly table: TableName;
  readonly [member: string]: unknown;
}

/** The result of one operation; null where an earlier one failed. */
export type OperationResult = {
  readonly rows?: readonly Record<string, unknown>[];
  readonly uuid?: unknown;
  readonly error?: string;
  readonly details?: string;
} | null;

type Columns = Readonly<Record<string, Value>>;

const byUuid = (uuid: string) => [['_uuid', '==', ['uuid', uuid]]];

export const select = (table: TableName, columns: readonly string[]): Operation => ({
  op: 'select',
  table,
  where: [],
  columns: ['_uuid', ...columns],
});

/** @param others columns that hold references to rows of this same transaction, already encoded */
export const insert = (
  table: TableName,
  ref: Ref,
  columns: Columns,
  others: Readonly<Record<string, unknown>> = {},
): Operation => ({
  op: 'insert',
  table,
  row: { ...encodeColumns(table, columns), ...others },
  'uuid-name': ref.uuid,
});

export const update = (table: TableName, uuid: string, columns: Columns): Operation => ({
  op: 'update',
  table,
  where: byUuid(uuid),
  row: encodeColumns(table, columns),
});

/** One row by its UUID or name; a table's only row by neither. */
export type Which = { readonly uuid?: string; readonly name?: string };

const where = ({ uuid, name }: Which) =>
  uuid !== undefined ? byUuid(uuid) : name !== undefined ? [['name', '==', name]] : [];

/** Adds references to a set column, or removes them. */
export const mutateRefs = (
  table: TableName,
  which: Which,
  column: string,
  mutator: 'insert' | 'delete',
  refs: readonly Ref[],
): Operation => ({
  op: 'mutate',
  table,
  where: where(which),
  mutations: [[column, mutator, encodeRefs(refs)]],
});

/** Refuses the whole transaction unless a row's columns still have the values that were read. */
export const guardRow = (table: TableName, uuid: string, columns: Columns): Operation => ({
  op: 'wait',
  table,
  where: byUuid(uuid),
  columns: Object.keys(columns),
  rows: [encodeColumns(table, columns)],
  until: '==',
  timeout: 0,
});

/** Refuses the whole transaction if a row of that name exists. */
export const guardAbsent = (table: TableName, name: string): Operation => ({
  op: 'wait',
  table,
  where: [['name', '==', name]],
  columns: ['name'],
  rows: [],
  until: '==',
  timeout: 0,
});

/** Refuses the whole transaction unless a port is still on a bridge; other ports may change. */
export const guardMember = (bridge: string, name: string, port: string): Operation => ({
  op: 'wait',
  table: 'Bridge',
  where: [...byUuid(bridge), ['ports', 'includes', ['uuid', port]]],
  columns: ['name'],
  rows: [{ name }],
  until: '==',
  timeout: 0,
});
