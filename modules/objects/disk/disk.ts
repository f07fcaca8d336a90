import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe } from './observe.ts';
import type { DiskOptions } from './options.ts';
import { checkOptions, type DiskResult, planDisk, type State, type Step } from './plan.ts';

/** A disk of a guest. */
export const disk: ObjectKind<DiskOptions, State, Step, DiskResult> = {
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planDisk,
  weight: (step) => (step.act === 'create' ? step.weight : 0),
  apply: applyStep,
};
