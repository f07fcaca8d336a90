import { Failure } from '../failure.ts';
import type { Operation, OperationResult } from './operations.ts';

/**
 * Looks for an error in the results of a transaction.
 * @param server what people know as the one that was changed, such as `Open vSwitch`
 * @throws Failure: nothing was written
 */
export function checkResults(
  results: readonly OperationResult[],
  operations: readonly Operation[],
  server: string,
): void {
  const failed = results.findIndex((result) => result?.error);
  const { error, details } = results[failed] ?? {};
  if (!error) return;
  if (error === 'timed out' && operations[failed]?.op === 'wait')
    throw new Failure(
      `another process changed ${server} in the meantime, so nothing was written: run the task again`,
    );
  throw new Failure(`${server} refused the change, and nothing was written: ${error}: ${details ?? ''}`);
}

/** The number in a column of the first row of a result. */
export const numberIn = (result: OperationResult | undefined, column: string): number =>
  Number(result?.rows?.[0]?.[column]);
