import type { OptionsOf } from '../lib/ansible/spec.ts';
import { formatAddress } from '../lib/net/address.ts';
import { desiredPort } from '../ovs_topology/desired.ts';
import { topologyModule } from '../ovs_topology/face.ts';
import { spec } from './spec.ts';

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
  key: ({ port }) => port,
  topology: (options) => ({ bridges: [], ports: [desiredPort('', options)] }),
  result: ({ bridge, port, state }, { ports: [desired] }, { fates }) => {
    const result = { bridge, port, state };
    if (state === 'absent') return result;
    const addresses = desired?.addressing?.addresses.map(formatAddress);
    return { ...result, type: fates.get(port)?.type || 'system', ...(addresses && { addresses }) };
  },
});
