import type { Change, Plan } from '../../lib/ansible/plan.ts';
import type { VmOptions } from './options.ts';
import { messageOfVm, ofPart, type Part } from './renamed.ts';

/**
 * Plans a part of a VM. Messages name the options of the VM.
 * @param seen the state of the part
 * @param at see ofPart
 * @throws Failure where the part could not be observed, or can't be planned
 */
export function planPart<Seen, P extends Plan<unknown, object>>(
  vm: VmOptions,
  part: Part,
  seen: Seen | Error | undefined,
  plan: (seen: Seen) => P,
  at?: string,
): P {
  const planned = () => {
    if (seen instanceof Error) throw seen;
    return plan(seen as Seen);
  };
  const made = ofPart(vm, part, planned, at);
  const messages = (texts: readonly string[] | undefined) =>
    texts?.map((text) => messageOfVm(vm, part, text, at)) ?? [];
  return { ...made, warnings: messages(made.warnings), missing: messages(made.missing) };
}

/** The changes of a part's plan, as changes of the VM. */
export const stepsOf = <S, T>(
  { changes }: Pick<Plan<S, object>, 'changes'>,
  stepOf: (step: S) => T,
): Change<T>[] => changes.map((change) => ({ ...change, step: stepOf(change.step) }));
