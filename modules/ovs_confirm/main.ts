import { defineModule } from '../lib/ansible/module.ts';
import type { ObjectKind } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { disarm } from '../lib/rollback/arm.ts';
import { type Rollback, readRollback } from '../lib/rollback/state.ts';
import { type ConfirmResult, planConfirmation } from './plan.ts';
import { spec } from './spec.ts';

const confirmation: ObjectKind<OptionsOf<typeof spec>, Rollback, undefined, ConfirmResult> = {
  key: () => 'the uplink',
  observe: async (host, items) => {
    const rollback = await readRollback(host);
    return items.map(() => rollback);
  },
  plan: (_, state) => planConfirmation(state),
  apply: async (host) => {
    await disarm(host);
    return undefined;
  },
};

export const module = defineModule(spec, confirmation);
