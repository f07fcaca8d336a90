import type { Module } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { disarm } from '../lib/rollback/arm.ts';
import { type Rollback, readRollback } from '../lib/rollback/state.ts';
import { planConfirmation } from './plan.ts';
import { spec } from './spec.ts';

export const module: Module<OptionsOf<typeof spec>, Rollback, undefined> = {
  spec,
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
