import { operationsOn } from '../ovsdb/operations.ts';
import { NORTHBOUND } from './tables.ts';

export type { Operation, OperationResult } from '../ovsdb/operations.ts';

export const { insert, update, remove, mutateRefs, guardRow, guardAbsent } = operationsOn(NORTHBOUND);
