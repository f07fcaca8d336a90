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
import type { Database } from '../../lib/ovs/tables.ts';
import { type Rollback, readRollback } from '../../lib/rollback/state.ts';
import { desiredLinks } from './links.ts';
import type { ConnectionOptions } from './options.ts';

/** What the host's interfaces have, and what keeps it. */
export interface Net {
  readonly links: ReadonlyMap<string, Link>;
  readonly kept: Kept;
  /** By port, of those whose addresses the bridge takes. */
  readonly uplinks: ReadonlyMap<string, Uplink>;
  /** Read only where a bridge takes addresses. */
  readonly rollback: Rollback | undefined;
}

export interface State extends Answer {
  /** The names of the host's network interfaces; none where the task changes nothing of Open vSwitch. */
  readonly devices: ReadonlySet<string>;
  /** Undefined when the task has to do with no interface's addresses. */
  readonly net: Net | undefined;
}

/** Of which interfaces and files a plan has to know more. */
interface Concern {
  readonly ports: readonly string[];
  /** A bridge goes, whose ports may have left files. */
  readonly bridgeGoes: boolean;
  /** Open vSwitch is to be changed. */
  readonly changes: boolean;
}

const NOTHING: Concern = { ports: [], bridgeGoes: false, changes: true };

// Whether a plan can be had is said when it is made for good.
function concernOf(topology: Topology, database: Database, devices: ReadonlySet<string>): Concern {
  try {
    const plan = planTopology(topology, database, devices);
    const ports = desiredLinks(plan)
      .filter(({ device, addressing }) => addressing || device === 'removed' || device === 'recreated')
      .map(({ port }) => port);
    const takes = plan.topology.ports.flatMap(({ take, bridge }) => (take ? bridge : []));
    return {
      ports: [...new Set([...ports, ...takes])],
      bridgeGoes: plan.topology.bridges.some(({ state }) => state === 'absent'),
      changes: plan.operations.length > 0 || plan.missing.length > 0,
    };
  } catch {
    return NOTHING;
  }
}

async function readUplinks(host: Host, { ports }: Topology): Promise<Pick<Net, 'uplinks' | 'rollback'>> {
  const names = ports.flatMap(({ take, name }) => (take ? name : []));
  if (names.length === 0) return { uplinks: new Map(), rollback: undefined };
  const [rollback, ...uplinks] = await Promise.all([
    readRollback(host),
    ...names.map(async (name) => [name, await readUplink(host, name)] as const),
  ]);
  return { uplinks: new Map(uplinks), rollback };
}

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
  const { ports, bridgeGoes } = unchanged.changes ? concernOf(topology, answer.database, devices) : unchanged;
  const all = bridgeGoes || (topology.purge === true && (await isLeft(host, answer.database)));
  if (ports.length === 0 && !all) return { ...answer, devices, net: undefined };
  const [links, kept, uplinks] = await Promise.all([
    readLinks(host),
    readKept(host, ports, all),
    readUplinks(host, topology),
  ]);
  return { ...answer, devices, net: { links, kept, ...uplinks } };
}
