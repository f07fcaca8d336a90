import type { DesiredLink } from '../../lib/link/desired.ts';
import { FILES, KEEPERS, portOf } from '../../lib/link/files.ts';
import type { Kept } from '../../lib/link/observe.ts';
import { headingBridge } from '../../lib/net/port.ts';
import type { TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import { interfaceKind } from '../../lib/ovs/rows/interfaces.ts';
import { OWNER } from '../../lib/ovs/rows/maps.ts';

// What Open vSwitch makes itself goes and comes with its port; a `system` interface is the host's.
const isInternal = (type: string) => interfaceKind(type).device !== 'host';

/** What is wanted of the interface of each port that a plan concerns. */
export function desiredLinks(plan: TopologyPlan): DesiredLink[] {
  // One that is to be absent on this bridge, and is left on another, is nobody's to configure.
  const present = plan.topology.ports.filter(({ state }) => state === 'present');
  const desired = new Map(present.map((port) => [port.name, port]));
  const wishes = new Map<string, DesiredLink>();
  for (const [port, { device, type, before: oldType = type, bridge, members }] of plan.fates) {
    // What goes is what it was.
    const internal = isInternal(device === 'removed' ? oldType : type);
    const { at = '', addressing: wanted } = desired.get(port) ?? {};
    const addressing = device === 'removed' ? undefined : wanted;
    if (!members) {
      if (!wishes.has(port)) wishes.set(port, { port, bridge, at, device, internal, addressing });
      continue;
    }
    // A bond is brought up by its interfaces, whatever else became of these.
    for (const member of members) {
      const before = wishes.get(member)?.device ?? plan.fates.get(member)?.device;
      const kept = before === undefined || before === 'removed' ? 'kept' : before;
      wishes.set(member, { port: member, bridge, at, device: kept, internal, addressing });
    }
  }
  return [...wishes.values()];
}

/**
 * Files of ports that don't exist any more: of a bridge that is to be absent, and, where the task purges, those that we made for
 * ports of its owner's bridges. A run that was killed has removed a port, and not yet its file. An interface of a bond has a
 * file as well.
 * @param wishes what is wanted of others
 */
export function leftBehind(plan: TopologyPlan, kept: Kept, wishes: readonly DesiredLink[]): DesiredLink[] {
  const absent = new Set(
    plan.topology.bridges.flatMap(({ name, state }) => (state === 'absent' ? name : [])),
  );
  const { purge = false, owner } = plan.topology;
  const { ports, interfaces, bridges } = plan.index;
  // A task that gives no addresses, such as an overlay's, has no files. A bridge may have been removed before its port's file was.
  const hasFiles = purge && plan.topology.ports.some(({ addressing }) => addressing);
  const isOwners = (bridge: string) => {
    const row = bridges.get(bridge);
    return hasFiles && (row === undefined || row.external_ids[OWNER] === owner);
  };
  const concerned = new Set(wishes.map(({ port }) => port));
  const found = new Map<string, DesiredLink>();
  for (const [path, text] of kept.files) {
    const keeper = KEEPERS.find((one) => path.startsWith(`${FILES[one].directory}/`));
    const port = keeper && portOf(keeper, path.slice(FILES[keeper].directory.length + 1));
    const bridge = keeper && FILES[keeper].parse(text).bridge;
    if (
      !port ||
      !bridge ||
      !(absent.has(bridge) || (isOwners(bridge) && headingBridge(text) === bridge)) ||
      plan.fates.has(port) ||
      concerned.has(port) ||
      ports.has(port) ||
      interfaces.has(port)
    )
      continue;
    found.set(port, { port, bridge, at: '', device: 'removed', internal: false, addressing: undefined });
  }
  return [...found.values()];
}
