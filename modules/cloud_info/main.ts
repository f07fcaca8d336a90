import { defineModule } from '../lib/ansible/module.ts';
import { type ObjectKind, observeEach } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { type Cloud, type CloudInfo, readCloud } from '../objects/cloud/cloud.ts';
import { spec } from './spec.ts';

const info: ObjectKind<OptionsOf<typeof spec>, Cloud, never, CloudInfo> = {
  key: () => 'host',
  observe: (host, items) => observeEach(items, (options) => readCloud(host, options)),
  secrets: (_, cloud) => cloud?.secrets ?? [],
  plan: (_, { info, warnings }) => ({ changes: [], warnings, result: info }),
  apply: async () => undefined,
};

export const module = defineModule(spec, info);
