import { labelOf } from '../../label.ts';
import type { LiveChange, LivePlan, LiveStep } from './step.ts';

/** Why a paused guest keeps a device or memory. */
export const PAUSED = 'the guest is paused';

/** A step that only takes effect at the guest's next start, for a user: the reason follows it. */
export function postponedTitle(step: LiveStep): string {
  switch (step.act) {
    case 'attach':
      return `${labelOf(step.device)} can't be added while the guest runs`;
    case 'detach':
      return `${labelOf(step.device)} is not removed yet`;
    case 'reinsert':
      return `the medium of ${labelOf(step.device)} is still the former one`;
    case 'reattach':
      return `${labelOf(step.persistent)} is not attached again yet`;
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

/** The same plan for a guest that is paused: it releases neither devices nor memory. */
export function whilePaused({ changes, pending }: LivePlan): LivePlan {
  const isPostponed = ({ step }: LiveChange) =>
    ['detach', 'reattach', 'balloon'].includes(step.act) || (step.act === 'attach' && step.isTwice === true);
  const postponed = changes.filter(isPostponed).map(({ step }) => `${postponedTitle(step)}: ${PAUSED}`);
  return {
    changes: changes.filter((change) => !isPostponed(change)).map(unwatched),
    pending: [...pending, ...postponed],
  };
}

/** It looks into its medium when it is resumed. */
function unwatched(change: LiveChange): LiveChange {
  const { step } = change;
  if (step.act === 'reinsert') return { ...change, step: { ...step, isAwaited: false } };
  return step.act === 'attach' ? { ...change, step: { act: 'attach', device: step.device } } : change;
}
