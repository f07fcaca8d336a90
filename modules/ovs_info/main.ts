import type { Module } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { type Answer, readIfReachable } from '../lib/ovs/read.ts';
import { describeDatabase } from '../lib/ovs/rows/describe.ts';
import { spec } from './spec.ts';

export const module: Module<OptionsOf<typeof spec>, Answer, never> = {
  spec,
  key: () => 'Open vSwitch',
  observe: (host, items) =>
    Promise.all(items.map(({ database_socket, timeout }) => readIfReachable(host, database_socket, timeout))),
  plan: (_, { database, unreachable }) => ({
    changes: [],
    missing: unreachable ? [unreachable] : [],
    result: describeDatabase(database),
  }),
  apply: async () => undefined,
};
