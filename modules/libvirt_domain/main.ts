import type { Module } from '../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe } from './observe.ts';
import { checkOptions, type DomainOptions, nameOf } from './options.ts';
import type { State, Step } from './plan/state.ts';
import { planDomain } from './plan.ts';
import { spec } from './spec.ts';

export const module: Module<DomainOptions, State, Step> = {
  spec,
  key: nameOf,
  check: checkOptions,
  observe,
  plan: planDomain,
  apply: applyStep,
};
