import { OptionError, optionAt } from '../../lib/failure.ts';
import { INTERFACES } from '../../lib/link/files.ts';
import type { LinkPlan } from '../../lib/link/plan.ts';
import { type Edit, hasToGive, takeOver } from '../../lib/link/take.ts';
import type { LinkWish } from '../../lib/link/wish.ts';
import type { Index } from '../../lib/ovs/index.ts';
import type { TopologyPlan } from '../../lib/ovs/plan.ts';
import type { DesiredPort } from '../../lib/ovs/topology.ts';
import { hindrance } from '../../lib/rollback/state.ts';
import type { Had, WayBack } from '../../lib/rollback/wayback.ts';
import type { Net } from './observe.ts';

/** The NIC that gives its addresses to its bridge in this task. */
interface Taking {
  readonly port: DesiredPort;
  /** Until it is undone. */
  readonly seconds: number;
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
  if (!port?.take) return undefined;
  const failure = (of: DesiredPort, problem: string) =>
    new OptionError(optionAt(of.at, 'take_address'), problem);
  if (other)
    throw failure(
      other,
      `one NIC gives its addresses at a time, and '${port.name}' does: take it in a task of its own`,
    );
  const problem = rollback && hindrance(rollback);
  if (problem) throw failure(port, problem);
  const { name, bridge } = port;
  const on = plan.index.ports.get(name)?.bridge.name;
  if (on !== undefined && on !== bridge) {
    throw failure(
      port,
      `'${name}' is a port of bridge '${on}', to which there would be no way back: remove it there first`,
    );
  }
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
  return { port, seconds: port.take.seconds, wishes: [...others, ...taken.wishes], edits: taken.edits };
}

const madeBy = ({ name, bridge }: DesiredPort, { bridges, ports }: Index): WayBack['made'] =>
  !bridges.has(bridge) ? 'bridge' : ports.has(name) ? 'nothing' : 'port';

const hadBy = (device: string, { links }: Net): Had => {
  const { addresses = [], routes = [] } = links.get(device) ?? {};
  return { addresses, routes };
};

/** How the host is put back to what it was before a bridge took an address. */
export function wayBackOf(
  { port, seconds, wishes, edits }: Taking,
  links: LinkPlan,
  net: Net,
  index: Index,
): WayBack {
  const { name, bridge } = port;
  const before = (path: string) =>
    edits.get(path)?.before ?? (path === INTERFACES ? net.kept.interfaces : net.kept.files.get(path));
  return {
    nic: name,
    bridge,
    seconds,
    made: madeBy(port, index),
    bridgeHad: {
      ...hadBy(bridge, net),
      up: net.links.get(bridge)?.up ?? false,
      raised: net.kept.raised.has(bridge),
    },
    given: wishes.find((one) => one.port === bridge)?.addressing?.addresses ?? [],
    had: hadBy(name, net),
    keeper: net.kept.keeper,
    files: new Map([...(links.step?.files.keys() ?? [])].map((path) => [path, before(path)])),
  };
}
