import type { Change, Plan } from '../../lib/ansible/plan.ts';
import type { VmOptions } from './options.ts';
import { inOwnWords, ofPart, type Part } from './words.ts';

/**
 * Plans a part of a VM; what is wrong with it is said in the VM's words.
 * @param seen the part as it is
 * @throws Failure where it can't be looked at, or can't be had
 */
export function planned<Seen, P extends Plan<unknown>>(
  vm: VmOptions,
  part: Part,
  seen: Seen | Error | undefined,
  plan: (seen: Seen) => P,
): P {
  const made = ofPart(vm, part, () => {
    if (seen instanceof Error) throw seen;
    return plan(seen as Seen);
  });
  const told = (texts: readonly string[] | undefined) =>
    texts?.map((text) => inOwnWords(vm, part, text)) ?? [];
  return { ...made, warnings: told(made.warnings), missing: told(made.missing) };
}

/** The changes of a part's plan, with steps of the VM. */
export const stepsOf = <S, T>({ changes }: Pick<Plan<S>, 'changes'>, stepOf: (step: S) => T): Change<T>[] =>
  changes.map((change) => ({ ...change, step: stepOf(change.step) }));
