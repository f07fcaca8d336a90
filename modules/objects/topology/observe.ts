import type { Host } from '../../lib/host/host.ts';
import {
  deviceNames,
  type Kept,
  type Link,
  portsWithFiles,
  readKept,
  readLinks,
} from '../../lib/link/observe.ts';
import { readUplink, type Uplink } from '../../lib/link/uplink.ts';
import { planTopology } from '../../lib/ovs/plan/plan.ts';
import type { Topology } from '../../lib/ovs/plan/topology.ts';
import { type Answer, readIfReachable } from '../../lib/ovs/read.ts';
import { TAKEN } from '../../lib/ovs/rows/maps.ts';
import type { Database } from '../../lib/ovs/tables.ts';
import { type Rollback, readRollback } from '../../lib/rollback/state.ts';
import { desiredLinks } from './links.ts';
import type { ConnectionOptions } from './options.ts';

/** The host's interfaces, and what configures them at boot. */
export interface Net {
  readonly links: ReadonlyMap<string, Link>;
  readonly kept: Kept;
  /** By port, of those whose addresses the bridge takes. */
  readonly uplinks: ReadonlyMap<string, Uplink>;
  /** Read only where a bridge takes addresses, or gives them back. */
  readonly rollback: Rollback | undefined;
}

export interface State extends Answer {
  /** The names of the host's network interfaces; none where the task changes nothing of Open vSwitch. */
  readonly devices: ReadonlySet<string>;
  /** Undefined when the task has to do with no interface's addresses. */
  readonly net: Net | undefined;
}

/** The interfaces and files that a plan needs. */
interface Concern {
  readonly ports: readonly string[];
  /** A bridge is removed, whose ports may have files left. */
  readonly removesBridge: boolean;
  /** Open vSwitch is to be changed. */
  readonly changes: boolean;
}

const NOTHING: Concern = { ports: [], removesBridge: false, changes: true };

// Errors are reported when the actual plan is made.
function concernOf(topology: Topology, database: Database, devices: ReadonlySet<string>): Concern {
  try {
    const plan = planTopology(topology, database, devices);
    const ports = desiredLinks(plan)
      .filter(({ device, addressing }) => addressing || device === 'removed' || device === 'recreated')
      .map(({ port }) => port);
    const takes = plan.topology.ports.flatMap(({ take, bridge }) => (take ? bridge : []));
    // A bridge may have the addresses of a NIC that is removed from it.
    const gives = desiredLinks(plan).flatMap(({ device, bridge }) => (device === 'removed' ? bridge : []));
    return {
      ports: [...new Set([...ports, ...takes, ...gives])],
      removesBridge: plan.topology.bridges.some(({ state }) => state === 'absent'),
      changes: plan.operations.length > 0 || plan.missing.length > 0,
    };
  } catch {
    return NOTHING;
  }
}

async function readUplinks(host: Host, { ports }: Topology): Promise<Net['uplinks']> {
  const names = ports.flatMap(({ take, name, state }) => (take && state === 'present' ? name : []));
  return new Map(await Promise.all(names.map(async (name) => [name, await readUplink(host, name)] as const)));
}

const takesOrGives = ({ ports }: Topology, database: Database): boolean =>
  ports.some(({ take }) => take) || database.ports.some(({ external_ids }) => TAKEN in external_ids);

// Whether there is a file of a port that doesn't exist.
async function isLeft(host: Host, { ports, interfaces }: Database): Promise<boolean> {
  const names = new Set([...ports, ...interfaces].map(({ name }) => name));
  return (await portsWithFiles(host)).some((port) => !names.has(port));
}

/** Reads all that a plan of a topology depends on. @throws Failure */
export async function observe(host: Host, options: ConnectionOptions, topology: Topology): Promise<State> {
  const answer = await readIfReachable(host, options.database_socket, options.timeout);
  // Which interfaces the host has matters for a new port's type: a task that changes nothing needn't ask.
  const unchanged = concernOf(topology, answer.database, new Set());
  const devices = unchanged.changes ? await deviceNames(host) : new Set<string>();
  const { ports, removesBridge } = unchanged.changes
    ? concernOf(topology, answer.database, devices)
    : unchanged;
  const all = removesBridge || (topology.purge === true && (await isLeft(host, answer.database)));
  if (ports.length === 0 && !all) return { ...answer, devices, net: undefined };
  const [links, kept, uplinks] = await Promise.all([
    readLinks(host),
    readKept(host, ports, all),
    readUplinks(host, topology),
  ]);
  const rollback = takesOrGives(topology, answer.database) ? await readRollback(host) : undefined;
  return { ...answer, devices, net: { links, kept, uplinks, rollback } };
}
