import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { observe } from './observe.ts';
import { checkOptions, nameOf } from './options.ts';
import type { DomainResult, State, Step } from './plan/state.ts';
import { planDomain } from './plan.ts';
import { secretsOf } from './secrets.ts';
import type { DomainOptions } from './table.ts';

/** A domain of libvirt. */
export const domain: ObjectKind<DomainOptions, State, Step, DomainResult> = {
  key: nameOf,
  check: checkOptions,
  observe,
  secrets: secretsOf,
  plan: planDomain,
  apply: applyStep,
};
