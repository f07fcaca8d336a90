import { createConnection, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { jsonStream } from '../../modules/lib/ovsdb/framing.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';
import { moduleText } from '../support/module.ts';

// What a task costs on a large host: requests are counted on their way to the database, and children by what the
// kernel says of the faults of those that Node has waited for, proc(5), cminflt.
const SOCKET = '/run/counting.sock';
const AT_EXIT = `process.on('exit', () => {
  const [, rest] = require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(') ');
  require('node:fs').writeFileSync('/run/children', rest.split(' ')[8]);
});`;

interface Operation {
  readonly op: string;
  readonly table: string;
}

/** What a request is for: it reads the tables, it writes, or it looks whether vswitchd has carried that out. */
function purpose({ params }: { params: readonly [string, ...Operation[]] }): string {
  const [, ...operations] = params;
  const tables = new Set(operations.map(({ table }) => table));
  if (operations.some(({ op }) => op !== 'select' && op !== 'wait')) return 'write';
  return tables.has('Bridge') ? 'read' : 'look';
}

const BRIDGES = Array.from({ length: 50 }, (_, i) => ({ name: `br${i}`, datapath_type: 'netdev' }));
const ports = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    bridge: `br${i % BRIDGES.length}`,
    port: `${prefix}${i}`,
    type: 'internal',
    tag: 1 + (i % 100),
  }));

let lab: OvsLab;
let proxy: Server;
const requests: string[] = [];

beforeAll(async () => {
  const hypervisor = await sharedHypervisor();
  lab = new OvsLab(hypervisor);
  await lab.clean();
  await hypervisor.exec(['sh', '-c', 'cat >/run/at-exit.js'], { input: AT_EXIT });
  proxy = createServer((client) => {
    const database = createConnection(`/proc/${hypervisor.pid}/root/run/openvswitch/db.sock`);
    const count = jsonStream((message) => requests.push(purpose(message as never)));
    client.on('data', (chunk) => count(chunk as Buffer));
    client.pipe(database).pipe(client);
    for (const one of [client, database]) one.on('error', () => undefined);
  });
  await new Promise<void>((listening) =>
    proxy.listen(`/proc/${hypervisor.pid}/root${SOCKET}`, () => listening()),
  );
});
afterAll(async () => {
  proxy?.close();
  // At once: 50 times after another take half a minute.
  await lab.sh('ovs-vsctl $(ovs-vsctl list-br | sed "s/^/-- del-br /")');
  await lab.clean();
  await lab.sh('rm -f /run/at-exit.js /run/children');
});

interface Cost {
  readonly result: Result;
  readonly requests: readonly string[];
  /** Whether Node started another process. */
  readonly children: boolean;
}

async function costOf(topology: object): Promise<Cost> {
  requests.length = 0;
  const args = { timeout: 100, ...topology, database_socket: SOCKET };
  const input = await moduleText('ovs_topology', args, { diff: false });
  const command = ['env', 'NODE_OPTIONS=--require=/run/at-exit.js', 'node', '-'];
  const { stdout } = await lab.hypervisor.exec(command, { input, check: false });
  return {
    result: JSON.parse(stdout) as Result,
    requests: [...requests],
    children: (await lab.sh('cat /run/children')) !== '0',
  };
}

describe('a host with 50 bridges and 1,000 ports', () => {
  const topology = { bridges: BRIDGES, ports: ports('p', 1000) };
  const more = { ...topology, ports: [...topology.ports, ...ports('q', 100)] };

  test('is made by one task', async () => {
    const { result } = await costOf(topology);
    expect(result.msg).toBeUndefined();
    expect(result).toMatchObject({ changed: true });
    expect(await lab.sh('ovs-vsctl --bare --columns=name list interface | grep -c .')).toBe('1050');
    expect(await lab.sh("ovs-vsctl --columns=name find interface 'error!=[]'")).toBe('');
  });

  test('is left as it is at the cost of one request', async () => {
    const { result, ...cost } = await costOf(topology);
    expect(result).toMatchObject({ changed: false });
    expect(cost).toEqual({ requests: ['read'], children: false });
  });

  test('gets 100 ports by one more, and with no process but Node', async () => {
    const { result, ...cost } = await costOf(more);
    expect(result).toMatchObject({ changed: true });
    // The last waits for vswitchd, and sees what became of the interfaces.
    expect(cost).toEqual({ requests: ['read', 'write', 'look'], children: false });
    expect((await costOf(more)).requests).toEqual(['read']);
  });

  test('and an address shows that a process is noticed', async () => {
    const addressed = { ports: [{ bridge: 'br0', port: 'p0', address: '10.9.0.1/24' }] };
    expect((await costOf(addressed)).children).toBe(true);
  });
});
