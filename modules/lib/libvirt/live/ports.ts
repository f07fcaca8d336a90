import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { OPEN_VSWITCH } from '../../ovs/read.ts';
import { writeTransaction } from '../../ovs/transact.ts';
import type { Operation } from '../../ovsdb/operations.ts';
import { Session } from '../../ovsdb/session.ts';

/** Seconds that Open vSwitch has to answer. */
const TIMEOUT = 10;

interface Port {
  readonly uuid: string;
  /** The name of its bridge; of the fake bridge if it belongs to one, see ovs-vsctl(8). */
  readonly bridge: string | undefined;
  /** The names of all bridges that are not fake. */
  readonly bridges: readonly unknown[];
}

const select = (table: 'Bridge' | 'Port', where: readonly unknown[], ...columns: string[]): Operation => ({
  ...{ op: 'select', table, where, columns: ['_uuid', ...columns] },
});

// RFC 7047 section 5.1: `["uuid", "…"]`, and sets of it.
const uuidsIn = (value: unknown): unknown[] => [value].flat(3);

async function readPort(host: Host, socket: string, name: string): Promise<Port | undefined> {
  const session = await Session.open(host, socket, OPEN_VSWITCH);
  try {
    const queries = [
      select('Port', [['name', '==', name]], 'tag'),
      select('Bridge', [], 'name', 'ports'),
      select('Port', [['fake_bridge', '==', true]], 'name', 'tag'),
    ];
    const results = await session.transact(queries, TIMEOUT);
    const [[port], bridges = [], fakes = []] = results.map((result) => result?.rows ?? []) as [
      Record<string, unknown>[],
      ...Record<string, unknown>[][],
    ];
    if (!port) return undefined;
    const uuid = String(uuidsIn(port._uuid)[1]);
    const bridge = bridges.find(({ ports }) => uuidsIn(ports).includes(uuid));
    const fake = fakes.find(
      ({ _uuid, tag }) => tag === port.tag && uuidsIn(bridge?.ports).includes(uuidsIn(_uuid)[1]),
    );
    const shown = (fake ?? bridge)?.name;
    return {
      uuid,
      bridge: shown === undefined ? undefined : String(shown),
      bridges: bridges.map((one) => one.name),
    };
  } finally {
    session.close();
  }
}

async function socketOf(host: Host): Promise<string> {
  for (const socket of OPEN_VSWITCH.sockets) if (await host.stat(socket)) return socket;
  return OPEN_VSWITCH.sockets[0];
}

/** The Open vSwitch bridge of a port. @returns undefined where Open vSwitch has no such port, or does not answer */
export async function bridgeOf(host: Host, port: string): Promise<string | undefined> {
  try {
    return (await readPort(host, await socketOf(host), port))?.bridge;
  } catch {
    return undefined;
  }
}

const changePorts = (bridge: string, mutator: 'insert' | 'delete', uuid: string): Operation => ({
  op: 'mutate',
  table: 'Bridge',
  where: [['name', '==', bridge]],
  mutations: [['ports', mutator, ['uuid', uuid]]],
});

/** Refuses the whole transaction where a bridge is missing, or does not have a port: the port would be lost. */
const guard = (bridge: string, ...conditions: unknown[]): Operation => ({
  op: 'wait',
  table: 'Bridge',
  where: [['name', '==', bridge], ...conditions],
  columns: ['name'],
  rows: [{ name: bridge }],
  until: '==',
  timeout: 0,
});

/**
 * Moves a port to another Open vSwitch bridge, in one transaction, with its VLANs and everything that libvirt stores
 * with it.
 * @throws Failure where the port or the bridge is missing, or Open vSwitch does not answer
 */
export async function movePort(host: Host, name: string, bridge: string): Promise<void> {
  const socket = await socketOf(host);
  const port = await readPort(host, socket, name);
  if (port?.bridge === bridge) return;
  if (!port?.bridge) throw new Failure(`Open vSwitch has no port '${name}'`);
  if (!port.bridges.includes(bridge)) throw new Failure(`Open vSwitch has no bridge '${bridge}'`);
  const operations = [
    guard(port.bridge, ['ports', 'includes', ['uuid', port.uuid]]),
    guard(bridge),
    changePorts(port.bridge, 'delete', port.uuid),
    changePorts(bridge, 'insert', port.uuid),
  ];
  await writeTransaction(host, { socket, timeout: TIMEOUT, operations, interfaces: [] });
}
