import { Failure, OptionError, optionAt } from '../../lib/failure.ts';
import type { DesiredLink } from '../../lib/link/desired.ts';
import { BOOT_ORDER, FILES, fileOf, KEEPERS } from '../../lib/link/files.ts';
import { planLinks } from '../../lib/link/plan/plan.ts';
import { withoutAddresses } from '../../lib/net/address.ts';
import { type Addressing, UNADDRESSED } from '../../lib/net/port.ts';
import { withoutRoutes } from '../../lib/net/route.ts';
import type { TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import { isOfGuest, TAKEN } from '../../lib/ovs/rows/maps.ts';
import type { RestorePoint } from '../../lib/rollback/restore-point.ts';
import { hindrance } from '../../lib/rollback/state.ts';
import { isInternal } from './links.ts';
import type { Net } from './observe.ts';
import { ROLLBACK_TIMEOUT } from './options.ts';
import { hadBy } from './uplink.ts';

/** A NIC that is no port of its bridge any more, and gets its addresses back. */
export interface Giving {
  readonly nic: DesiredLink;
  readonly bridge: string;
  readonly addressing: Addressing;
}

/** The NICs that get their addresses back, and warnings of those that don't. */
interface Givings {
  readonly givings: readonly Giving[];
  readonly warnings: readonly string[];
}

/**
 * The NICs whose ports, or bridges, a task removes after the bridge has taken their addresses. A bridge that is kept, with another
 * uplink, keeps the addresses.
 * @param desired the desired interfaces of the task
 * @throws Failure when the NIC couldn't be reached by them, or while another change isn't confirmed
 */
export function givingsOf(plan: TopologyPlan, desired: readonly DesiredLink[], net: Net): Givings {
  const found = new Map<string, Giving>();
  const warnings: string[] = [];
  for (const nic of desired) {
    const { port, bridge } = nic;
    if (nic.device !== 'removed' || nic.internal || !net.links.has(port)) continue;
    if (!gave(plan, nic) || found.has(bridge) || keepsUplink(plan, nic)) continue;
    const addressing = addressingOf(bridge, net);
    if (!addressing) continue;
    const local = desired.find((one) => one.port === bridge);
    if (local?.addressing && local.device !== 'removed') {
      warnings.push(`bridge '${bridge}' keeps its addresses, and '${port}', its uplink, is removed from it`);
      continue;
    }
    const problem = net.rollback && hindrance(net.rollback);
    if (problem) throw failure(plan, nic, problem);
    refuseTagged(plan, nic);
    found.set(bridge, { nic, bridge, addressing });
  }
  return { givings: [...found.values()], warnings };
}

/** An error that names the option of the port, or of the bridge, where the task has one: what is purged has none. */
function failure({ topology }: TopologyPlan, { port, bridge }: DesiredLink, problem: string): Failure {
  const { ports, bridges, purge } = topology;
  const listed = ports.find(({ name, at }) => name === port && (at || !purge));
  if (listed) return new OptionError(optionAt(listed.at, 'port'), problem);
  const of = bridges.find(({ name, at }) => name === bridge && (at || !purge));
  return of ? new OptionError(optionAt(of.at, of.at ? 'name' : 'bridge'), problem) : new Failure(problem);
}

/** Whether the bridge that a port is on has its addresses: by the row of the port, or by its options. */
function gave({ topology, index }: TopologyPlan, { port, bridge }: DesiredLink): boolean {
  const rows = index.ports.get(port);
  if (rows?.bridge.name !== bridge) return false;
  const takes = topology.ports.some(({ name, take }) => name === port && take !== undefined);
  return takes || rows.port.external_ids[TAKEN] === bridge;
}

/** Whether the bridge is kept, with another interface of the host that may be its uplink. */
function keepsUplink({ topology, index, fates }: TopologyPlan, { port, bridge }: DesiredLink): boolean {
  if (isRemoved(topology, bridge)) return false;
  const others = topology.ports.filter(
    ({ name, state }) => state === 'present' && name !== port && name !== bridge,
  );
  const added = others.some(
    ({ name, bridge: on, members }) => on === bridge && (members || !isInternal(fates.get(name)?.type ?? '')),
  );
  const leave = new Set(others.filter(({ bridge: on }) => on !== bridge).map(({ name }) => name));
  return (
    added ||
    [...index.ports].some(
      ([name, rows]) =>
        rows.bridge.name === bridge &&
        name !== port &&
        !leave.has(name) &&
        fates.get(name)?.device !== 'removed' &&
        rows.interfaces.some(({ type, external_ids }) => !isInternal(type) && !isOfGuest(external_ids)),
    )
  );
}

const isRemoved = ({ bridges }: TopologyPlan['topology'], bridge: string) =>
  bridges.some(({ name, state }) => name === bridge && state === 'absent');

/** What the bridge has: by our file, which may be of a keeper that is no longer in use, and what others gave it. */
function addressingOf(bridge: string, { kept, links }: Net): Addressing | undefined {
  const stored = KEEPERS.flatMap((keeper) => {
    const text = kept.files.get(fileOf(keeper, bridge));
    return text === undefined ? [] : [FILES[keeper].parse(text)];
  });
  // A task that writes one removes the other keeper's.
  const { mode, addresses, routes, dns, dnsSearch } = stored[0] ?? { mode: undefined, ...UNADDRESSED };
  const { addresses: live = [], routes: liveRoutes = [] } = links.get(bridge) ?? {};
  if (mode === 'dhcp') return { mode, addresses, routes, dns, dnsSearch };
  const all = [...addresses, ...withoutAddresses(live, addresses)];
  if (all.length === 0) return undefined;
  const allRoutes = [...routes, ...withoutRoutes(liveRoutes, routes)];
  return { mode: 'static', addresses: all, routes: allRoutes, dns, dnsSearch };
}

/** @throws Failure when what reaches the bridge untagged is tagged on the NIC, or the other way round */
function refuseTagged(plan: TopologyPlan, nic: DesiredLink): void {
  const { port, bridge } = nic;
  const [one, local] = [port, bridge].map((name) => plan.index.ports.get(name)?.port);
  if (!one || !local) return;
  const tagged = (one.tag ?? 0) !== (local.tag ?? 0) || one.vlan_mode === 'native-tagged';
  if (!tagged) return;
  const problem = `bridge '${bridge}' has the addresses of '${port}' in a VLAN that '${port}' doesn't have untagged, so that the host would lose them`;
  const fix = `change the 'tag' of the bridge's own port or of '${port}' first, or remove the addresses from the bridge`;
  throw failure(plan, nic, `${problem}: ${fix}`);
}

// The interface of the bridge, without its addresses.
const BARED = { internal: true, addressing: { mode: 'manual', ...UNADDRESSED }, gives: true } as const;

/** The interfaces of a task in which NICs get their addresses back. */
export function returning(givings: readonly Giving[], desired: readonly DesiredLink[]): DesiredLink[] {
  const ours = new Map<string, DesiredLink>();
  for (const { nic, bridge, addressing } of givings) {
    ours.set(nic.port, { ...nic, device: 'kept', addressing, returned: true });
    const { device } = desired.find(({ port }) => port === bridge) ?? { device: 'kept' };
    ours.set(bridge, { ...BARED, at: nic.at, port: bridge, bridge, device });
  }
  return [...desired.filter(({ port }) => !ours.has(port)), ...ours.values()];
}

/**
 * How the host completes one of them by itself, should the task be killed: the one with the default route, or else the first. It
 * completes no other part of the task.
 * @param desired the interfaces of the task, as `returning` made them
 */
export function completionOf(
  givings: readonly Giving[],
  desired: readonly DesiredLink[],
  { links, kept }: Net,
  { topology, index }: TopologyPlan,
): RestorePoint | undefined {
  const hasDefault = ({ addressing }: Giving) => addressing.routes.some(({ to }) => to.prefix === 0);
  const giving = givings.find(hasDefault) ?? givings[0];
  if (!giving) return undefined;
  const { nic, bridge, addressing } = giving;
  const concerned = desired.filter(({ port }) => port === nic.port || port === bridge);
  const files = new Map(planLinks(concerned, links, kept).step?.files);
  files.delete(BOOT_ORDER.path);
  const removed = isRemoved(topology, bridge);
  // The bridge goes with all its ports, but for one that the task moves away.
  const moves = topology.ports.some(
    ({ name, state, bridge: to }) =>
      state === 'present' && to !== bridge && index.ports.get(name)?.bridge.name === bridge,
  );
  return {
    nic: nic.port,
    bridge,
    undoes: true,
    seconds: ROLLBACK_TIMEOUT,
    made: removed && !moves ? 'bridge' : 'port',
    record: TAKEN,
    bridgeHad: {
      addresses: [],
      routes: [],
      up: !removed && (links.get(bridge)?.up ?? false),
      raised: !removed && kept.raised.has(bridge),
    },
    given: hadBy(bridge, links).addresses,
    had: addressing,
    keeper: kept.keeper,
    files,
  };
}
