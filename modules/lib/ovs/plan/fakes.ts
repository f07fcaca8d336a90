import { OptionError, optionAt } from '../../failure.ts';
import type { StringMap } from '../../ovsdb/types.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import { FAKE_PREFIX } from '../rows/maps.ts';
import type { Given } from '../rows/row.ts';
import type { DesiredBridge, DesiredPort, Topology } from './topology.ts';

// A fake bridge is a VLAN of a real bridge with another name: an internal access port of its parent, marked as
// a fake bridge. Its ports are the parent's ports of that VLAN. ovs-vsctl(8), "Bridge Commands".

/** A VLAN of a bridge. */
interface Vlan {
  readonly parent: string;
  readonly vlan: number;
}

/**
 * Turns fake bridges into ports of their parents, and their ports into ports of the parents.
 * @param warn called for an absent port that is on the parent, but not in the VLAN
 * @throws OptionError
 */
export function withFakes(topology: Topology, index: DatabaseIndex, warn: (text: string) => void): Topology {
  const bridges: DesiredBridge[] = [];
  const fakes: DesiredPort[] = [];
  const vlans = new Map<string, Vlan>(index.fakes);
  const after = vlansAfter(topology, index);
  for (const bridge of topology.bridges) {
    const vlan = vlanOf(bridge, index);
    if (!vlan) {
      bridges.push(bridge);
      continue;
    }
    check(bridge, vlan, after, topology, index);
    vlans.set(bridge.name, vlan);
    fakes.push(asPort(bridge, vlan), ...carried(bridge, vlan, topology, index));
  }
  const ports = topology.ports.flatMap((port) => {
    refuseBridge(port, vlans.get(port.name));
    refuseAbsent(port, topology.bridges);
    const vlan = vlans.get(port.bridge);
    return vlan ? onParent(port, vlan, index, warn) : port;
  });
  return { ...topology, bridges, ports: merged(fakes, ports) };
}

/** The fake bridges after the task, with those that a purge would remove. */
function vlansAfter({ bridges }: Topology, index: DatabaseIndex): Map<string, Vlan> {
  const after = new Map<string, Vlan>(index.fakes);
  for (const bridge of bridges) {
    const vlan = vlanOf(bridge, index);
    if (bridge.state === 'absent') after.delete(bridge.name);
    else if (vlan) after.set(bridge.name, vlan);
  }
  return after;
}

// An absent bridge is removed by its name, whatever its parent and VLAN are.
const vlanOf = ({ name, fake, state }: DesiredBridge, index: DatabaseIndex): Vlan | undefined => {
  const current = index.fakes.get(name);
  return state === 'absent' ? (current ?? fake) : (fake ?? current);
};

function check(
  bridge: DesiredBridge,
  { parent, vlan }: Vlan,
  after: ReadonlyMap<string, Vlan>,
  { bridges }: Topology,
  index: DatabaseIndex,
): void {
  const { name, at, state, columns, controller } = bridge;
  const failure = (option: string, problem: string) => new OptionError(optionAt(at, option), problem);
  if (index.bridges.has(name)) {
    throw failure(
      'parent',
      `'${name}' already exists, and is no VLAN of another bridge: remove it first, or leave out 'parent'`,
    );
  }
  if (state === 'absent') return;
  const above = bridges.find((one) => one.name === parent)?.fake ?? index.fakes.get(parent);
  if (above) throw failure('parent', `'${parent}' is itself a VLAN of '${above.parent}': give that bridge`);
  const existing = index.fakes.get(name);
  if (existing && existing.parent !== parent) {
    throw failure('parent', `'${name}' is a VLAN of '${existing.parent}': remove it first`);
  }
  const port = index.ports.get(name);
  if (port && !existing)
    throw failure(at ? 'name' : 'bridge', `'${name}' is already a port of bridge '${port.bridge.name}'`);
  const twin = [...after].find(
    ([other, one]) => other !== name && one.parent === parent && one.vlan === vlan,
  );
  if (twin) throw failure('vlan', `VLAN ${vlan} of '${parent}' is already the fake bridge '${twin[0]}'`);
  const other =
    controller === undefined
      ? Object.keys(columns).find((column) => column !== 'external_ids')
      : 'controller';
  if (other)
    throw failure(other, `'${name}' is a VLAN of '${parent}', and can't have it: set it on '${parent}'`);
}

function refuseAbsent({ at, name, bridge, state }: DesiredPort, bridges: readonly DesiredBridge[]): void {
  const removed = bridges.some((one) => one.name === bridge && one.state === 'absent');
  if (state === 'absent' || !removed) return;
  throw new OptionError(
    optionAt(at, 'bridge'),
    `port '${name}' is on '${bridge}', which has 'state: absent' in this task`,
  );
}

// The own port of a bridge can't be moved or removed, also of a fake one.
function refuseBridge({ at, name, bridge, state }: DesiredPort, fake: Vlan | undefined): void {
  if (!fake || (bridge === name && state === 'present')) return;
  const fix = state === 'absent' ? 'remove the bridge' : `give 'bridge: ${name}' for its own port`;
  throw new OptionError(
    optionAt(at, 'port'),
    `'${name}' is a bridge, VLAN ${fake.vlan} of '${fake.parent}': ${fix}`,
  );
}

const prefixed = (ids: StringMap) =>
  Object.fromEntries(Object.entries(ids).map(([key, value]) => [`${FAKE_PREFIX}${key}`, value]));

function asPort({ at, name, state, columns }: DesiredBridge, { parent, vlan }: Vlan): DesiredPort {
  const ids = columns.external_ids as StringMap | undefined;
  const given: Given = { type: 'internal', tag: vlan, ...(ids && { external_ids: prefixed(ids) }) };
  return { at, name, bridge: parent, state, columns: given, fake: true, addressing: undefined };
}

/** The ports that are removed with a fake bridge, or follow it to another VLAN. */
function carried(
  { at, name, state }: DesiredBridge,
  { parent, vlan }: Vlan,
  { ports }: Topology,
  index: DatabaseIndex,
) {
  const existing = index.fakes.get(name);
  if (!existing || (state === 'present' && existing.vlan === vlan)) return [];
  const others = ports.filter((port) => port.state === 'present' || port.bridge === name);
  const listed = new Set(others.map((port) => port.name));
  const bridge = index.bridges.get(existing.parent);
  const members = bridge ? index.portsOf(bridge).filter(({ tag }) => tag === existing.vlan) : [];
  return members
    .filter((port) => !index.fakes.has(port.name) && !listed.has(port.name))
    .map((port): DesiredPort => {
      const columns = state === 'present' ? { tag: vlan } : {};
      return { at, name: port.name, bridge: parent, state, columns, addressing: undefined };
    });
}

function onParent(
  port: DesiredPort,
  { parent, vlan }: Vlan,
  index: DatabaseIndex,
  warn: (text: string) => void,
): DesiredPort[] {
  const { at, name, bridge, state, columns } = port;
  if (state === 'absent') {
    const current = index.ports.get(name);
    // The bridge may change its VLAN in this task.
    const vlans = [vlan, index.fakes.get(bridge)?.vlan ?? vlan];
    if (current?.bridge.name !== parent || vlans.some((one) => one === current.port.tag))
      return [{ ...port, bridge: parent }];
    warn(
      `port '${name}' is on bridge '${parent}', and not in its VLAN ${vlan}, which is '${bridge}': it is kept there`,
    );
    return [];
  }
  if (columns.tag !== undefined && columns.tag !== vlan) {
    throw new OptionError(optionAt(at, 'tag'), `'${bridge}' is VLAN ${vlan} of '${parent}': leave it out`);
  }
  if (port.take) {
    const fix = `give 'bridge: ${parent}'`;
    throw new OptionError(
      optionAt(at, 'take_address'),
      `'${bridge}' is VLAN ${vlan} of '${parent}', in which '${name}' could not be reached by its addresses: ${fix}`,
    );
  }
  return [{ ...port, bridge: parent, columns: { ...columns, tag: vlan } }];
}

/** Merges fake bridges with their own ports where the task lists these as well, for their addresses. */
function merged(fakes: readonly DesiredPort[], ports: readonly DesiredPort[]): DesiredPort[] {
  const given = new Map(ports.map((port) => [port.name, port]));
  const names = new Set(fakes.map(({ name }) => name));
  const ours = fakes.map((fake) => {
    const port = fake.state === 'present' ? given.get(fake.name) : undefined;
    return port
      ? { ...port, fake: true as const, columns: { ...port.columns, ...withIds(port, fake) } }
      : fake;
  });
  return [...ours, ...ports.filter(({ name }) => !names.has(name))];
}

function withIds(port: DesiredPort, fake: DesiredPort): Given {
  const [ids, more] = [port.columns.external_ids, fake.columns.external_ids] as (StringMap | undefined)[];
  return { ...fake.columns, ...((ids || more) && { external_ids: { ...ids, ...more } }) };
}
