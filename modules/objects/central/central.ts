import { type ObjectKind, observeEach } from '../../lib/ansible/plan.ts';
import { apply } from './apply.ts';
import { checkCentral } from './check.ts';
import { observe, type State } from './observe.ts';
import type { CentralOptions } from './options.ts';
import { type CentralResult, plan, type Step } from './plan.ts';

/** OVN's databases: this host's part of their clusters. */
export const central: ObjectKind<CentralOptions, State, Step, CentralResult> = {
  key: ({ name }) => name,
  check: checkCentral,
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  apply,
};
