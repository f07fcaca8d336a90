import { defineModule } from '../lib/ansible/module.ts';
import type { ObjectKind } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { type Answer, readIfReachable } from '../lib/ovs/read.ts';
import { describeDatabase } from '../lib/ovs/rows/describe.ts';
import { spec } from './spec.ts';

type Described = ReturnType<typeof describeDatabase>;

const info: ObjectKind<OptionsOf<typeof spec>, Answer, never, Described> = {
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

export const module = defineModule(spec, info);
