import type { Plan } from '../lib/ansible/plan.ts';
import { Failure } from '../lib/failure.ts';
import { type Rollback, tooLate } from '../lib/rollback/state.ts';

/** What was confirmed; nothing where there was nothing to confirm. */
export interface ConfirmResult {
  readonly port?: string;
  readonly bridge?: string;
}

/** @throws Failure when the change is being undone, or has been */
export function planConfirmation({ pending, undoing, undone }: Rollback): Plan<undefined, ConfirmResult> {
  if (pending) {
    const { nic, bridge, seconds } = pending;
    const change = {
      title: `confirm that ${nic} is a port of ${bridge}`,
      before: { rollback: `after ${seconds} s` },
      after: { rollback: 'none' },
      step: undefined,
    };
    return { changes: [change], result: { port: nic, bridge } };
  }
  if (undoing) throw tooLate(true);
  if (undone === undefined) return { changes: [] };
  const fix =
    "find out what cut the host off, or give more time with 'rollback_timeout', and run the task again";
  // A full file system may have had no room for the time.
  const when = /^\d{4}-/.test(undone) ? ` at ${undone}` : '';
  throw new Failure(`the change was not confirmed in time, and was undone${when}: ${fix}`);
}
