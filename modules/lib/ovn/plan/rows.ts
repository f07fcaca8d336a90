import { encodeRefs, type StringMap, type Value } from '../../ovsdb/types.ts';
import { type DesiredRow, subjectOf } from '../desired.ts';
import { declaredIn } from '../ids.ts';
import { type Index, type Located, refsIn } from '../index.ts';
import { guardAbsent, guardRow, insert, type Operation, remove, update } from '../operations.ts';
import { NAMED } from '../tables.ts';
import { type ColumnsPlan, planColumns } from './columns.ts';
import { Members } from './members.ts';
import { Refs } from './refs.ts';
import type { Touch } from './touch.ts';

/** One transaction, and what it does to each row. */
export interface RowsPlan {
  /** Guards first; empty when the database is as desired. */
  readonly operations: readonly Operation[];
  readonly touches: readonly Touch[];
}

/**
 * Plans the transaction that makes the rows of one owner as desired. Pure; each row is looked at once.
 * @param isRemoved whether a row of ours that is not desired is removed
 */
export function planRows(
  desired: readonly DesiredRow[],
  index: Index,
  isRemoved: (name: string, ids: StringMap) => boolean,
): RowsPlan {
  const refs = new Refs(index, desired);
  const removed = removals(desired, index, isRemoved);
  const removedUuids = new Set(removed.map(({ row }) => row._uuid));
  const members = new Members(desired, index, refs, removedUuids);
  const guards: Operation[] = [];
  const writes: Operation[] = [];
  const touches: Touch[] = [];
  for (const { table, row, name, isCopy } of removed) {
    guards.push(guardRow(table, row._uuid, { external_ids: row.external_ids }));
    // Those that nothing holds would go by themselves, but only after it was checked that nothing refers to the deleted ones.
    writes.push(remove(table, row._uuid));
    const before = declaredIn(row.external_ids);
    const declared = before && !isCopy ? { declared: { before, after: undefined } } : {};
    touches.push({
      kind: 'remove',
      subject: subjectOf(name),
      part: name,
      before: {},
      after: {},
      ...declared,
    });
  }
  for (const one of desired) {
    const piece = planRow(one, index, refs, members);
    guards.push(...piece.guards);
    writes.push(...piece.writes);
    touches.push(...piece.touches);
  }
  const { guards: holders, writes: moves, touches: joined } = members.operations();
  return {
    operations: writes.length + moves.length > 0 ? [...guards, ...holders, ...writes, ...moves] : [],
    touches: [...touches, ...joined],
  };
}

/** The rows of ours that are removed, those that an earlier run or another has copied among them. */
function removals(
  desired: readonly DesiredRow[],
  index: Index,
  isRemoved: (name: string, ids: StringMap) => boolean,
) {
  const desiredKeys = new Set(desired.map(({ table, name }) => `${table} ${name}`));
  const removed: (Located & { name: string; isCopy: boolean })[] = [];
  for (const one of index.all()) {
    const isDesired = desiredKeys.has(`${one.table} ${one.name}`);
    if (isDesired ? one.isCopy : isRemoved(one.name, one.row.external_ids)) removed.push(one);
  }
  return removed;
}

interface Piece {
  readonly guards: readonly Operation[];
  readonly writes: readonly Operation[];
  readonly touches: readonly Touch[];
}

const NOTHING: Piece = { guards: [], writes: [], touches: [] };

function planRow(desired: DesiredRow, index: Index, refs: Refs, members: Members): Piece {
  const { table, name, part } = desired;
  const current = index.find({ table, name });
  const columns = planColumns(desired, current, index.owner);
  const subject = subjectOf(name);
  const declared = declaredOf(desired, current?.external_ids);
  if (!current) {
    const linked = Object.entries(desired.refs ?? {}).map(([column, key]) => [
      column,
      encodeRefs(key ? [refs.of(key)] : []),
    ]);
    const others = { ...Object.fromEntries(linked), ...members.heldByNew(desired) };
    const ovnName = columns.values.name;
    const isNamed = NAMED.includes(table) && typeof ovnName === 'string';
    return {
      guards: isNamed ? [guardAbsent(table, ovnName)] : [],
      writes: [insert(table, refs.of(desired), columns.values, others)],
      touches: [{ kind: 'add', subject, part, before: {}, after: columns.after, ...declared }],
    };
  }
  const linked = planRefs(desired, current, refs);
  const written = [...Object.keys(columns.values), ...Object.keys(linked.encoded)];
  if (written.length === 0) return NOTHING;
  const values = current as unknown as Readonly<Record<string, Value>>;
  return {
    guards: [
      guardRow(table, current._uuid, Object.fromEntries(written.map((column) => [column, values[column]]))),
    ],
    writes: [update(table, current._uuid, columns.values, linked.encoded)],
    touches: [
      {
        ...{ kind: 'change', subject, part },
        ...{ before: { ...columns.before, ...linked.before }, after: { ...columns.after, ...linked.after } },
        ...declared,
      },
    ],
  };
}

const declaredOf = ({ declared }: DesiredRow, ids: StringMap | undefined): Pick<Touch, 'declared'> =>
  declared ? { declared: { before: ids && declaredIn(ids), after: declared } } : {};

interface LinksPlan extends Pick<ColumnsPlan, 'before' | 'after'> {
  readonly encoded: Readonly<Record<string, unknown>>;
}

function planRefs(desired: DesiredRow, current: Located['row'], refs: Refs): LinksPlan {
  const encoded: Record<string, unknown> = {};
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [column, key] of Object.entries(desired.refs ?? {})) {
    const ref = key && refs.of(key);
    const [now] = refsIn(current, column);
    if (ref?.named ? false : ref?.uuid === now) continue;
    encoded[column] = encodeRefs(ref ? [ref] : []);
    before[column] = now ?? null;
    after[column] = key?.name ?? null;
  }
  return { encoded, before, after };
}
