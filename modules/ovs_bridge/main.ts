import type { OptionsOf } from '../lib/ansible/spec.ts';
import { desiredBridge } from '../ovs_topology/desired.ts';
import { topologyModule } from '../ovs_topology/face.ts';
import { spec } from './spec.ts';

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
  key: ({ bridge }) => bridge,
  topology: (options) => ({ bridges: [desiredBridge('', options.bridge, options)], ports: [] }),
  result: ({ bridge, state }) => ({ bridge, state }),
});
