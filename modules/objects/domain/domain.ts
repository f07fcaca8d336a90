import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { applyStep } from './apply.ts';
import { checkOptions } from './check/check.ts';
import type { State } from './observe/state.ts';
import { observe } from './observe.ts';
import { nameOf } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';
import type { DomainResult, Step } from './plan/step.ts';
import { planDomain } from './plan.ts';
import { secretsOf } from './secrets.ts';

/**
 * A libvirt domain. Each folder knows only those above it, and the files beside this one put them together:
 *
 *     options/   what a task may say, and which paths of a definition each option covers
 *     check/     rules between options
 *     desired/   the XML of the options
 *     draft/     desired + current + last applied → the definition that libvirt is to get
 *     observe/   the domains, the drafts, and what libvirt would make of each draft
 *     plan/      a verdict on the definition, then the running guest, then its power
 *     apply/     one step of a plan
 */
export const domain: ObjectKind<DomainOptions, State, Step, DomainResult> = {
  key: nameOf,
  check: checkOptions,
  observe,
  secrets: secretsOf,
  plan: planDomain,
  apply: applyStep,
};
