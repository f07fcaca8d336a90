import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { checkOptions } from './desired.ts';
import { observe } from './observe.ts';
import type { SeedOptions } from './options.ts';
import { planSeed, type SeedResult, type State, type Step } from './plan.ts';

/** What cloud-init configures a guest from. */
export const seed: ObjectKind<SeedOptions, State, Step, SeedResult> = {
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planSeed,
  apply: applyStep,
};
