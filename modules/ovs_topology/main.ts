import type { OptionsOf } from '../lib/ansible/spec.ts';
import { desiredBridge, desiredPort, withOwnPorts } from './desired.ts';
import { topologyModule } from './face.ts';
import { spec } from './spec.ts';

const present = (items: readonly { name: string; state: string }[]) =>
  items.flatMap(({ name, state }) => (state === 'present' ? name : []));

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
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
