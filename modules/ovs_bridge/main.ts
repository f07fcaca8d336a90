import type { OptionsOf } from '../lib/ansible/spec.ts';
import { formatAddress } from '../lib/net/address.ts';
import { desiredBridge, withOwnPorts } from '../ovs_topology/desired.ts';
import { topologyModule } from '../ovs_topology/face.ts';
import { spec } from './spec.ts';

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
  key: ({ bridge }) => bridge,
  topology: (options) => {
    const bridge = desiredBridge('', options.bridge, options);
    return { bridges: [bridge], ports: withOwnPorts([{ bridge, options }], []) };
  },
  result: ({ bridge, state }, { ports: [own] }) => {
    const addresses = own?.addressing?.addresses.map(formatAddress);
    return { bridge, state, ...(addresses && { addresses }) };
  },
});
