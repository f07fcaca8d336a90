import type { OptionsOf } from '../lib/ansible/spec.ts';
import { desiredBridge, desiredPort, ownPort } from './desired.ts';
import { topologyModule } from './face.ts';
import { spec } from './spec.ts';

const present = (items: readonly { name: string; state: string }[]) =>
  items.flatMap(({ name, state }) => (state === 'present' ? name : []));

export const module = topologyModule<OptionsOf<typeof spec>>({
  spec,
  key: ({ owner }) => owner,
  topology: ({ bridges, ports, owner, purge }) => ({
    bridges: bridges.map((bridge, i) => desiredBridge(`bridges[${i}]`, bridge.name, bridge)),
    ports: [
      ...bridges.flatMap((bridge, i) => ownPort(`bridges[${i}]`, bridge.name, bridge)),
      ...ports.map((port, i) => desiredPort(`ports[${i}]`, port)),
    ],
    owner,
    purge,
  }),
  result: ({ ports }, topology) => ({
    bridges: present(topology.bridges),
    ports: present(ports.map(({ port, state }) => ({ name: port, state }))),
  }),
});
