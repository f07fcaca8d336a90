import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe } from './observe.ts';
import type { TemplateOptions } from './options.ts';
import { checkOptions, planTemplate, type State, type Step, type TemplateResult } from './plan.ts';

/** What disks of guests are made from, by name. */
export const template: ObjectKind<TemplateOptions, State, Step, TemplateResult> = {
  key: ({ dest }) => dest,
  check: checkOptions,
  observe,
  plan: planTemplate,
  weight: (step) => (step.act === 'keep' ? step.weight : 0),
  apply: applyStep,
};
