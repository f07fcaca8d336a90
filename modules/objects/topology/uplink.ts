import { OptionError, optionAt } from '../../lib/failure.ts';
import type { DesiredLink } from '../../lib/link/desired.ts';
import { INTERFACES } from '../../lib/link/files.ts';
import type { LinkPlan } from '../../lib/link/plan/plan.ts';
import { type Edit, hasToGive, takeOver } from '../../lib/link/plan/take.ts';
import type { TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import type { DesiredPort } from '../../lib/ovs/plan/topology.ts';
import type { DatabaseIndex } from '../../lib/ovs/rows/database-index.ts';
import { TAKEN } from '../../lib/ovs/rows/maps.ts';
import type { Had, RestorePoint } from '../../lib/rollback/restore-point.ts';
import { hindrance } from '../../lib/rollback/state.ts';
import type { Net } from './observe.ts';

/** The NIC whose addresses its bridge takes in this task. */
interface Taking {
  readonly port: DesiredPort;
  /** How long the host waits for a confirmation before it undoes the change. */
  readonly seconds: number;
  readonly links: readonly DesiredLink[];
  readonly edits: ReadonlyMap<string, Edit>;
}

/**
 * The desired interfaces of a task in which a bridge takes the addresses of a NIC.
 * @returns undefined when no bridge takes any
 * @throws OptionError
 */
export function takingOf(plan: TopologyPlan, desired: readonly DesiredLink[], net: Net): Taking | undefined {
  const { links, kept, uplinks, rollback } = net;
  const [port, other] = plan.topology.ports.filter(
    ({ take, name, state }) => take && state === 'present' && hasToGive(links.get(name)),
  );
  if (!port?.take) return undefined;
  const failure = (of: DesiredPort, problem: string) =>
    new OptionError(optionAt(of.at, 'take_address'), problem);
  if (other)
    throw failure(
      other,
      `a task can take the addresses of one NIC only, and takes those of '${port.name}': use another task for this one`,
    );
  const problem = rollback && hindrance(rollback);
  if (problem) throw failure(port, problem);
  const { name, bridge } = port;
  const on = plan.index.ports.get(name)?.bridge.name;
  if (on !== undefined && on !== bridge) {
    throw failure(
      port,
      `'${name}' is a port of bridge '${on}', to which it couldn't be put back: remove it there first`,
    );
  }
  const nic = desired.find((one) => one.port === name);
  const link = links.get(name);
  const uplink = uplinks.get(name);
  if (!nic || !link || !uplink) return undefined;
  const ofBridge: DesiredLink = desired.find((one) => one.port === bridge) ?? {
    at: port.at,
    port: bridge,
    bridge,
    device: plan.fates.get(bridge)?.device ?? 'kept',
    internal: true,
    addressing: undefined,
  };
  const taken = takeOver(nic, ofBridge, link, kept, uplink);
  const others = desired.filter((one) => one !== nic && one !== ofBridge);
  return { port, seconds: port.take.seconds, links: [...others, ...taken.links], edits: taken.edits };
}

const madeBy = ({ name, bridge }: DesiredPort, { bridges, ports }: DatabaseIndex): RestorePoint['made'] =>
  !bridges.has(bridge) ? 'bridge' : ports.has(name) ? 'record' : 'port';

/** What an interface has now. */
export const hadBy = (device: string, links: Net['links']): Had => {
  const { addresses = [], routes = [] } = links.get(device) ?? {};
  return { addresses, routes };
};

/** How the host is put back to what it was before a bridge took an address. */
export function restorePointOf(
  { port, seconds, links, edits }: Taking,
  plan: LinkPlan,
  net: Net,
  index: DatabaseIndex,
): RestorePoint {
  const { name, bridge } = port;
  const before = (path: string) =>
    edits.get(path)?.before ?? (path === INTERFACES ? net.kept.interfaces : net.kept.files.get(path));
  return {
    nic: name,
    bridge,
    seconds,
    made: madeBy(port, index),
    record: TAKEN,
    bridgeHad: {
      ...hadBy(bridge, net.links),
      up: net.links.get(bridge)?.up ?? false,
      raised: net.kept.raised.has(bridge),
    },
    given: links.find((one) => one.port === bridge)?.addressing?.addresses ?? [],
    had: hadBy(name, net.links),
    keeper: net.kept.keeper,
    files: new Map([...(plan.step?.files.keys() ?? [])].map((path) => [path, before(path)])),
  };
}
