import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe, type State } from './observe.ts';
import type { RootOptions } from './options.ts';
import { checkOptions, planRoot, type RootResult, type Step } from './plan.ts';

/** The root of a container: a directory that is made from a template, and belongs to users of its own. */
export const root: ObjectKind<RootOptions, State, Step, RootResult> = {
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planRoot,
  weight: (step) => (step.act === 'make' ? Number.POSITIVE_INFINITY : 0),
  // The extraction waits for the storage, and several roots may be made of one template.
  independent: (step) => step.act === 'make',
  apply: applyStep,
};
