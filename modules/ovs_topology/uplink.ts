import { OptionError } from '../lib/failure.ts';
import { INTERFACES } from '../lib/link/files.ts';
import type { LinkPlan } from '../lib/link/plan.ts';
import { type Edit, hasToGive, takeOver } from '../lib/link/take.ts';
import type { LinkWish } from '../lib/link/wish.ts';
import { Index } from '../lib/ovs/index.ts';
import type { TopologyPlan } from '../lib/ovs/plan.ts';
import type { Database } from '../lib/ovs/tables.ts';
import { type DesiredPort, optionAt } from '../lib/ovs/topology.ts';
import type { WayBack } from '../lib/rollback/wayback.ts';
import type { Net } from './observe.ts';

/** The NIC that gives its addresses to its bridge in this task. */
interface Taking {
  readonly port: DesiredPort;
  readonly wishes: readonly LinkWish[];
  readonly edits: ReadonlyMap<string, Edit>;
}

/**
 * What is wanted of interfaces when one of them gives what it has to its bridge.
 * @returns undefined when none does
 * @throws OptionError
 */
export function takingOf(plan: TopologyPlan, wishes: readonly LinkWish[], net: Net): Taking | undefined {
  const { links, kept, uplinks, rollback } = net;
  const [port, other] = plan.topology.ports.filter(({ take, name }) => take && hasToGive(links.get(name)));
  if (!port) return undefined;
  const failure = (of: DesiredPort, problem: string) =>
    new OptionError(optionAt(of.at, 'take_address'), problem);
  if (other)
    throw failure(
      other,
      `one NIC gives its addresses at a time, and '${port.name}' does: take it in a task of its own`,
    );
  if (rollback?.pending) {
    const { nic, seconds } = rollback.pending;
    throw failure(
      port,
      `the change of '${nic}' waits to be confirmed: run ovs_confirm, or wait until it is undone (${seconds} s)`,
    );
  }
  const { name, bridge } = port;
  const wish = wishes.find((one) => one.port === name);
  const link = links.get(name);
  const uplink = uplinks.get(name);
  if (!wish || !link || !uplink) return undefined;
  const own: LinkWish = wishes.find((one) => one.port === bridge) ?? {
    at: port.at,
    port: bridge,
    bridge,
    device: plan.fates.get(bridge)?.device ?? 'kept',
    internal: true,
    addressing: undefined,
  };
  const taken = takeOver(wish, own, link, kept, uplink);
  const others = wishes.filter((one) => one !== wish && one !== own);
  return { port, wishes: [...others, ...taken.wishes], edits: taken.edits };
}

const madeBy = ({ name, bridge }: DesiredPort, { bridges, ports }: Index): WayBack['made'] =>
  !bridges.has(bridge) ? 'bridge' : ports.has(name) ? 'nothing' : 'port';

/** How the host is put back to what it was before a bridge took an address. */
export function wayBackOf(
  { port, wishes, edits }: Taking,
  links: LinkPlan,
  net: Net,
  database: Database,
): WayBack {
  const { name, bridge, take } = port;
  const before = (path: string) =>
    edits.get(path)?.before ?? (path === INTERFACES ? net.kept.interfaces : net.kept.files.get(path));
  const had = net.links.get(name);
  return {
    nic: name,
    bridge,
    seconds: take?.seconds ?? 0,
    made: madeBy(port, new Index(database)),
    bridgeWasUp: net.links.get(bridge)?.up ?? false,
    given: wishes.find((one) => one.port === bridge)?.addressing?.addresses ?? [],
    addresses: had?.addresses ?? [],
    routes: had?.routes ?? [],
    keeper: net.kept.keeper,
    files: new Map([...(links.step?.files.keys() ?? [])].map((path) => [path, before(path)])),
  };
}
