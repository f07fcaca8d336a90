import { formatAddress } from '../../lib/net/address.ts';
import { desiredBridge, withLocalPorts } from './desired.ts';
import { topologyObject } from './face.ts';
import type { OneBridgeOptions } from './options.ts';

interface BridgeResult {
  readonly bridge: string;
  readonly state: string;
  readonly addresses?: readonly string[];
}

/** A bridge of Open vSwitch. */
export const bridge = topologyObject<OneBridgeOptions, BridgeResult>({
  key: ({ bridge }) => bridge,
  topology: (options) => {
    const bridge = desiredBridge('', options.bridge, options);
    return { bridges: [bridge], ports: withLocalPorts([{ bridge, options }], []) };
  },
  result: ({ bridge, state }, { ports: [port] }) => {
    const addresses = port?.addressing?.addresses.map(formatAddress);
    return { bridge, state, ...(addresses && { addresses }) };
  },
});
