import { labelOf } from '../label.ts';
import type { LiveChange, LivePlan, LiveStep } from './step.ts';

/** Why a paused guest keeps what it is asked for. */
export const PAUSED = 'the guest is paused';

/** What a step is about, for the reason why it has to wait. */
export function whatWaits(step: LiveStep): string {
  switch (step.act) {
    case 'attach':
      return `${labelOf(step.device)} can't be added while the guest runs`;
    case 'detach':
      return `${labelOf(step.device)} is not removed yet`;
    case 'update':
    case 'move':
      return `${labelOf(step.persistent)} can't be changed while the guest runs`;
    case 'balloon':
      return 'current memory is not set yet';
    case 'processors':
      return 'vCPUs are not set yet';
    case 'call':
      return `${step.about} can't be changed while the guest runs`;
  }
}

/** What becomes of a plan while the guest is paused: it lets go of nothing, neither devices nor memory. */
export function whilePaused({ changes, pending }: LivePlan): LivePlan {
  const waits = ({ step }: LiveChange) => step.act === 'detach' || step.act === 'balloon';
  return {
    changes: changes.filter((change) => !waits(change)),
    pending: [...pending, ...changes.filter(waits).map(({ step }) => `${whatWaits(step)}: ${PAUSED}`)],
  };
}
