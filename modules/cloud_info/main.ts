import { type Module, observeEach } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { type Cloud, readCloud } from '../objects/cloud/cloud.ts';
import { spec } from './spec.ts';

export const module: Module<OptionsOf<typeof spec>, Cloud, never> = {
  spec,
  key: () => 'host',
  observe: (host, items) => observeEach(items, (options) => readCloud(host, options)),
  secrets: (_, cloud) => cloud?.secrets ?? [],
  plan: (_, { info, warnings }) => ({ changes: [], warnings, result: info }),
  apply: async () => undefined,
};
