import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { CLEAN, EVERYTHING } from '../lib/ovs/lab.ts';
import { moduleText } from '../support/module.ts';
import { expectSame, killedEverywhere } from './everywhere.ts';

const BEFORE = '/run/killed-topology.js';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

const bridge = (name: string, more: object = {}) => ({ name, datapath_type: 'netdev', ...more });
const before = {
  bridges: [bridge('kl0', { address: '10.93.0.1/24' }), bridge('kl1')],
  ports: [
    { bridge: 'kl0', port: 'kp0', address: '10.93.1.1/24', dns: ['10.93.1.2'] },
    { bridge: 'kl1', port: 'kp1', address: '10.93.2.1/24' },
  ],
};
const after = {
  bridges: [bridge('kl0', { address: '10.93.0.9/24', stp_enable: true })],
  ports: [
    { bridge: 'kl0', port: 'kp0', tag: 5, address: '10.93.1.9/24' },
    { bridge: 'kl0', port: 'kp2', address: '10.93.3.1/24' },
  ],
};

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  const input = await moduleText('ovs_topology', before);
  await hypervisor.exec(['sh', '-c', `cat >${BEFORE}`], { input });
});
afterAll(() => sh(`${CLEAN}; rm -f ${BEFORE}`));

// Open vSwitch and ip list things in the order in which they were made, which a killed run may change.
const show = `{ ${EVERYTHING.replaceAll('--format=json', '--format=csv')}
} | sed -E 's/ fe80:[^ ]+|@if[0-9]+ *//g; s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g' | sort`;

describe('ovs_topology that is killed before each of its effects', () => {
  it.each([
    ['makes what it lists', before, CLEAN],
    ['changes, and removes what it no longer lists', { ...after, purge: true }, `${CLEAN}; node ${BEFORE}`],
    [
      'removes a port, and a bridge with its port',
      {
        bridges: [{ name: 'kl1', state: 'absent' }],
        ports: [{ bridge: 'kl0', port: 'kp0', state: 'absent' }],
      },
      `${CLEAN}; node ${BEFORE}`,
    ],
  ])('%s all the same by the next run', async (_, args, prepare) => {
    expectSame(await killedEverywhere(hypervisor, { module: 'ovs_topology', args, prepare, show }));
  });
});
