import { desiredBridge, desiredPort, withOwnPorts } from './desired.ts';
import { topologyObject } from './face.ts';
import type { TopologyOptions } from './options.ts';

const present = (items: readonly { name: string; state: string }[]) =>
  items.flatMap(({ name, state }) => (state === 'present' ? name : []));

/** All bridges and ports of a host. */
export const topology = topologyObject<TopologyOptions>({
  key: ({ owner }) => owner,
  topology: ({ bridges, ports, owner, purge }) => {
    const desired = bridges.map((options, i) => ({
      bridge: desiredBridge(`bridges[${i}]`, options.name, options),
      options,
    }));
    return {
      bridges: desired.map(({ bridge }) => bridge),
      ports: withOwnPorts(
        desired,
        ports.map((port, i) => desiredPort(`ports[${i}]`, port)),
      ),
      owner,
      purge,
    };
  },
  result: ({ ports }, { bridges }) => ({
    bridges: present(bridges),
    ports: ports.flatMap(({ port, state }) => (state === 'present' ? port : [])),
  }),
});
