import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe } from './observe.ts';
import type { DiskOptions } from './options.ts';
import { checkOptions, type DiskResult, planDisk, type State, type Step, weightOfStep } from './plan.ts';

/** A disk of a guest. */
export const disk: ObjectKind<DiskOptions, State, Step, DiskResult> = {
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planDisk,
  weight: weightOfStep,
  // What is unpacked or copied takes the storage's whole speed anyway, and several disks may need one archive.
  independent: (step, { backing }) =>
    step.act === 'create-empty' || (step.act === 'create' && step.key === undefined && backing === 'overlay'),
  apply: applyStep,
};
