import { encodeRefs, type Kind, type Ref, type Value } from '../ovs/types.ts';
import { NORTHBOUND, type Table } from './tables.ts';

/** One operation of a transaction, RFC 7047 section 5.2. */
export interface Operation {
  readonly op: 'select' | 'insert' | 'update' | 'mutate' | 'delete' | 'wait';
  readonly table: string;
  readonly [member: string]: unknown;
}

type Columns = Readonly<Record<string, Value>>;

const byUuid = (uuid: string) => [['_uuid', '==', ['uuid', uuid]]];

function encode(table: Table, columns: Columns): Record<string, unknown> {
  const kinds = NORTHBOUND[table] as unknown as Readonly<Record<string, Kind<Value>>>;
  return Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [column, kinds[column]?.encode(value as never)]),
  );
}

/** @param others columns that hold references, already encoded */
export const insert = (
  table: Table,
  ref: Ref,
  columns: Columns,
  others: Readonly<Record<string, unknown>>,
): Operation => ({
  op: 'insert',
  table,
  row: { ...encode(table, columns), ...others },
  'uuid-name': ref.uuid,
});

/** @param others columns that hold references, already encoded */
export const update = (
  table: Table,
  uuid: string,
  columns: Columns,
  others: Readonly<Record<string, unknown>>,
): Operation => ({
  op: 'update',
  table,
  where: byUuid(uuid),
  row: { ...encode(table, columns), ...others },
});

export const remove = (table: Table, uuid: string): Operation => ({
  op: 'delete',
  table,
  where: byUuid(uuid),
});

/** Adds references to a set column, or removes them. */
export const mutateRefs = (
  table: Table,
  uuid: string,
  column: string,
  mutator: 'insert' | 'delete',
  refs: readonly Ref[],
): Operation => ({
  op: 'mutate',
  table,
  where: byUuid(uuid),
  mutations: [[column, mutator, encodeRefs(refs)]],
});

/** Refuses the whole transaction unless a row's columns still have the values that were read. */
export const guardRow = (table: Table, uuid: string, columns: Columns): Operation => ({
  op: 'wait',
  table,
  where: byUuid(uuid),
  columns: Object.keys(columns),
  rows: [encode(table, columns)],
  until: '==',
  timeout: 0,
});

/** Refuses the whole transaction if a row of that name exists. */
export const guardAbsent = (table: Table, name: string): Operation => ({
  op: 'wait',
  table,
  where: [['name', '==', name]],
  columns: ['name'],
  rows: [],
  until: '==',
  timeout: 0,
});
