import { Failure } from '../failure.ts';
import type { Guard } from '../host/guarded.ts';
import type { Host } from '../host/host.ts';
import { processId } from '../host/self.ts';
import { PATIENCE } from './arm.ts';
import { LOCK } from './paths.ts';
import type { RestorePoint } from './restore-point.ts';
import { readRollback } from './state.ts';

/** Stops a task whose change is being undone, or was, by the host: its next steps would not be undone. */
async function refuse(host: Host, { nic, seconds, undoes }: RestorePoint): Promise<void> {
  const { pending, undoing } = await readRollback(host);
  const ours = undoes ? undoing : pending;
  if (ours?.task === processId()) return;
  if (undoes) {
    const problem = `the host has given '${nic}' its addresses back by itself, since the task took more than ${seconds} s`;
    throw new Failure(`${problem}: run the task again`);
  }
  const what = undoing ? 'is being undone' : 'was undone';
  const fix = "give it more time with 'rollback_timeout', and run the task again";
  throw new Failure(`the change of '${nic}' ${what}, since it was not confirmed within ${seconds} s: ${fix}`);
}

/** Runs a step of a task under the rollback's lock: the rollback waits until the step has ended. */
export const whileArmed =
  (host: Host, back: RestorePoint): Guard =>
  async (act) => {
    // Without waiting for the lock, which a running rollback holds.
    await refuse(host, back);
    return host.withLock(LOCK, PATIENCE, async () => {
      await refuse(host, back);
      return act();
    });
  };
