import { byUuid, type Operation, operationsOn } from '../ovsdb/operations.ts';
import { TABLES } from './tables.ts';

export type { Operation, OperationResult } from '../ovsdb/operations.ts';

export const { insert, update, mutateRefs, guardRow, guardAbsent } = operationsOn(TABLES);

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
