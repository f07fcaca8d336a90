import { afterAll, beforeAll, expect, test } from 'vitest';
import { realHost } from '../../../modules/lib/host/real.ts';
import { planTopology } from '../../../modules/lib/ovs/plan/plan.ts';
import type { DesiredBridge, DesiredPort, Topology } from '../../../modules/lib/ovs/plan/topology.ts';
import { readDatabase } from '../../../modules/lib/ovs/read.ts';
import { writeTransaction } from '../../../modules/lib/ovs/transact.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { OvsLab } from './lab.ts';

const STALE = /another process changed Open vSwitch in the meantime, so nothing was written/;

const bridge = (name: string, more: Partial<DesiredBridge> = {}): DesiredBridge => ({
  at: '',
  name,
  state: 'present',
  columns: { datapath_type: 'netdev' },
  ...more,
});
const port = (more: Partial<DesiredPort> = {}): DesiredPort => ({
  at: '',
  name: 'p0',
  bridge: 'br0',
  state: 'present',
  columns: {},
  addressing: undefined,
  ...more,
});

let lab: OvsLab;
let socket: string;
beforeAll(async () => {
  const hypervisor = await sharedHypervisor();
  lab = new OvsLab(hypervisor);
  await lab.clean();
  socket = `/proc/${hypervisor.pid}/root/run/openvswitch/db.sock`;
});
afterAll(() => lab.clean());

/** Plans, lets someone else change what was read, and writes. */
async function overtaken(topology: Partial<Topology>, other: string): Promise<void> {
  const { database } = await readDatabase(realHost, socket, 5);
  const plan = planTopology({ bridges: [], ports: [], ...topology }, database, new Set());
  expect(plan.operations).not.toEqual([]);
  await lab.sh(`ovs-vsctl ${other}`);
  const before = await lab.everything();
  const writing = { socket, timeout: 5, operations: plan.operations, interfaces: plan.interfaces };
  await expect(writeTransaction(realHost, writing)).rejects.toThrow(STALE);
  expect(await lab.everything()).toBe(before);
}

const P0 = 'add-port br0 p0 -- set interface p0 type=internal';

test.each<[string, string, Partial<Topology>, string]>([
  ['a tag', `-- ${P0}`, { ports: [port({ columns: { tag: 25 } })] }, 'set port p0 tag=7'],
  [
    'a map',
    `-- ${P0}`,
    { ports: [port({ columns: { external_ids: { a: '1' } } })] },
    'set port p0 external_ids:b=2',
  ],
  ['a new port', '', { ports: [port()] }, P0],
  ['a removed port', `-- ${P0}`, { ports: [port({ state: 'absent' })] }, 'del-port p0'],
  ['a moved port', `-- ${P0}`, { bridges: [bridge('br1')], ports: [port({ bridge: 'br1' })] }, 'del-port p0'],
  ['a new bridge', '', { bridges: [bridge('br1')] }, 'add-br br1'],
  ['a removed bridge that got a guest', '', { bridges: [bridge('br0', { state: 'absent' })] }, P0],
  ['a bridge that is gone', '', { ports: [port()] }, 'del-br br0'],
])('%s that someone else changed meanwhile: nothing is written', async (_, prepare, topology, other) => {
  await lab.clean();
  await lab.sh(`ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev ${prepare}`);
  await overtaken(topology, other);
});

test("a guest's port that appears and disappears on the same bridge disturbs no task", async () => {
  await lab.clean();
  await lab.sh(`ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev`);
  const { database } = await readDatabase(realHost, socket, 5);
  const plan = planTopology({ bridges: [], ports: [port()] }, database, new Set());
  await lab.sh('ovs-vsctl add-port br0 vnet0 -- set interface vnet0 type=internal');
  await writeTransaction(realHost, { socket, timeout: 5, ...plan });
  expect(await lab.sh('ovs-vsctl list-ports br0')).toBe('p0\nvnet0');
});
