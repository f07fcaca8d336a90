import { formatAddress } from '../../lib/net/address.ts';
import { desiredPort } from './desired.ts';
import { topologyObject } from './face.ts';
import type { OnePortOptions } from './options.ts';

interface PortResult {
  readonly bridge: string | undefined;
  readonly port: string;
  readonly state: string;
  /** Of its interface; of a port that is present. */
  readonly type?: string;
  readonly addresses?: readonly string[];
}

/** A port of Open vSwitch. */
export const port = topologyObject<OnePortOptions, PortResult>({
  key: ({ port }) => port,
  topology: (options) => ({ bridges: [], ports: [desiredPort('', options)] }),
  result: ({ bridge, port, state }, { ports: [desired] }, { fates }) => {
    const result = { bridge, port, state };
    if (state === 'absent') return result;
    const addresses = desired?.addressing?.addresses.map(formatAddress);
    return { ...result, type: fates.get(port)?.type || 'system', ...(addresses && { addresses }) };
  },
});
