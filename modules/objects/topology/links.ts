import type { DesiredLink } from '../../lib/link/desired.ts';
import { FILES, KEEPERS, portOf } from '../../lib/link/files.ts';
import type { Kept } from '../../lib/link/observe.ts';
import { headingBridge } from '../../lib/net/port.ts';
import type { TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import { interfaceKind } from '../../lib/ovs/rows/interfaces.ts';
import { OWNER } from '../../lib/ovs/rows/maps.ts';

/** Whether Open vSwitch makes and removes interfaces of a type with their ports; a `system` interface is the host's. */
export const isInternal = (type: string) => interfaceKind(type).device !== 'host';

/** The desired interfaces of the ports in a plan. */
export function desiredLinks(plan: TopologyPlan): DesiredLink[] {
  // A port that is absent on this bridge, but kept on another, isn't configured.
  const present = plan.topology.ports.filter(({ state }) => state === 'present');
  const desired = new Map(present.map((port) => [port.name, port]));
  const links = new Map<string, DesiredLink>();
  for (const [port, { device, type, before: oldType = type, bridge, members }] of plan.fates) {
    // A removed interface still has its old type.
    const internal = isInternal(device === 'removed' ? oldType : type);
    const { at = '', addressing: given } = desired.get(port) ?? {};
    const addressing = device === 'removed' ? undefined : given;
    if (!members) {
      if (!links.has(port)) links.set(port, { port, bridge, at, device, internal, addressing });
      continue;
    }
    // A bond is brought up by its interfaces, even where a change of another port removes them there.
    for (const member of members) {
      const before = links.get(member)?.device ?? plan.fates.get(member)?.device;
      const kept = before === undefined || before === 'removed' ? 'kept' : before;
      links.set(member, { port: member, bridge, at, device: kept, internal, addressing });
    }
  }
  return [...links.values()];
}

/**
 * Files of ports that no longer exist: of an absent bridge, and, where the task purges, of ports of its owner's
 * bridges. A run that was killed has removed a port, and not yet its file. An interface of a bond has a
 * file as well.
 * @param links the desired interfaces of the ports in the plan
 */
export function leftBehind(plan: TopologyPlan, kept: Kept, links: readonly DesiredLink[]): DesiredLink[] {
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
  const concerned = new Set(links.map(({ port }) => port));
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
