import { Failure } from '../failure.ts';
import type { Guard } from '../host/guarded.ts';
import type { Host } from '../host/host.ts';
import { processId } from '../host/self.ts';
import { PATIENCE } from './arm.ts';
import { LOCK } from './place.ts';
import { readRollback } from './state.ts';
import type { WayBack } from './wayback.ts';

/** Stops a task whose change is being undone, or was: what it did now would not be undone. */
async function refuse(host: Host, { nic, seconds }: WayBack): Promise<void> {
  const { pending, undoing } = await readRollback(host);
  if (pending?.task === processId()) return;
  const what = undoing ? 'is being undone' : 'was undone';
  const way = "give it more time with 'rollback_timeout', and run the task again";
  throw new Failure(`the change of '${nic}' ${what}, since nobody confirmed it within ${seconds} s: ${way}`);
}

/** Lets a task do a step while its change stands: the way back isn't taken before the step has ended. */
export const whileArmed =
  (host: Host, back: WayBack): Guard =>
  async (act) => {
    // Who waits for the lock while everything is put back needn't.
    await refuse(host, back);
    return host.withLock(LOCK, PATIENCE, async () => {
      await refuse(host, back);
      return act();
    });
  };
