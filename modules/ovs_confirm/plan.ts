import type { Plan } from '../lib/ansible/plan.ts';
import { Failure } from '../lib/failure.ts';
import type { Rollback } from '../lib/rollback/arm.ts';

/** @throws Failure when the change has been undone */
export function planConfirmation({ pending, undone }: Rollback): Plan<undefined> {
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
  if (undone === undefined) return { changes: [] };
  const way = "see what cut the host off, or give more time with 'rollback_timeout', and run the task again";
  throw new Failure(
    `there is nothing to confirm: nobody did in time, and the change was undone at ${undone}: ${way}`,
  );
}
