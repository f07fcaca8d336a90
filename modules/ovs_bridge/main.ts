import type { OptionsOf } from '../lib/ansible/spec.ts';
import { formatAddress } from '../lib/net/address.ts';
import { desiredBridge, ownPort } from '../ovs_topology/desired.ts';
import { topologyModule } from '../ovs_topology/face.ts';
import { spec } from './spec.ts';

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
  key: ({ bridge }) => bridge,
  topology: (options) => ({
    bridges: [desiredBridge('', options.bridge, options)],
    ports: ownPort('', options.bridge, options),
  }),
  result: ({ bridge, state }, { ports: [own] }) => {
    const addresses = own?.addressing?.addresses.map(formatAddress);
    return { bridge, state, ...(addresses && { addresses }) };
  },
});
