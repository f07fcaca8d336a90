import { defineModule } from '../lib/ansible/module.ts';
import { type ObjectKind, observeEach } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import type { Host } from '../lib/host/host.ts';
import { type DatabaseFile, readDatabaseFile } from '../lib/ovn/databases.ts';
import { type Release, readRelease } from '../lib/ovn/release.ts';
import { spec } from './spec.ts';

interface State extends Release {
  readonly northbound: DatabaseFile;
  readonly southbound: DatabaseFile;
}

async function read(host: Host): Promise<State> {
  const [release, northbound, southbound] = await Promise.all([
    readRelease(host),
    readDatabaseFile(host, 'northbound'),
    readDatabaseFile(host, 'southbound'),
  ]);
  return { ...release, northbound, southbound };
}

const info: ObjectKind<OptionsOf<typeof spec>, State, never, State> = {
  key: () => 'OVN',
  observe: (host, items) => observeEach(items, () => read(host)),
  plan: (_, state) => ({ changes: [], result: state }),
  apply: async () => undefined,
};

export const module = defineModule(spec, info);
