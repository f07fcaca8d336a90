import { OptionError, optionAt } from '../../failure.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import { FAKE_PREFIX } from '../rows/maps.ts';
import type { Given } from '../rows/row.ts';
import type { StringMap } from '../types.ts';
import type { DesiredBridge, DesiredPort, Topology } from './topology.ts';

// A fake bridge is a VLAN of a real one under a name of its own: an internal access port of its parent, marked as
// what it is. Its ports are the parent's ports of that VLAN. ovs-vsctl(8), "Bridge Commands".

/** A VLAN of a bridge. */
interface Vlan {
  readonly parent: string;
  readonly vlan: number;
}

/**
 * A topology in which fake bridges are the ports that they are, and their ports are their parents'.
 * @param warn told of a port that is to leave a fake bridge and isn't on it
 * @throws OptionError
 */
export function withFakes(topology: Topology, index: DatabaseIndex, warn: (text: string) => void): Topology {
  const bridges: DesiredBridge[] = [];
  const fakes: DesiredPort[] = [];
  const vlans = new Map<string, Vlan>(index.fakes);
  for (const bridge of topology.bridges) {
    const vlan = vlanOf(bridge, index);
    if (!vlan) {
      bridges.push(bridge);
      continue;
    }
    check(bridge, vlan, vlans, topology, index);
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

const vlanOf = ({ name, fake }: DesiredBridge, index: DatabaseIndex): Vlan | undefined =>
  fake ?? index.fakes.get(name);

function check(
  bridge: DesiredBridge,
  { parent, vlan }: Vlan,
  vlans: ReadonlyMap<string, Vlan>,
  { bridges }: Topology,
  index: DatabaseIndex,
): void {
  const { name, at, state, columns, controller } = bridge;
  const failure = (option: string, problem: string) => new OptionError(optionAt(at, option), problem);
  if (index.bridges.has(name)) {
    throw failure(
      'parent',
      `'${name}' is a bridge of its own already: remove it first, or leave 'parent' out`,
    );
  }
  if (state === 'absent') return;
  const above = bridges.find((one) => one.name === parent)?.fake ?? index.fakes.get(parent);
  if (above) throw failure('parent', `'${parent}' is a VLAN of '${above.parent}' itself: give that one`);
  const was = index.fakes.get(name);
  if (was && was.parent !== parent) {
    throw failure('parent', `'${name}' is a VLAN of '${was.parent}': remove it first`);
  }
  const port = index.ports.get(name);
  if (port && !was)
    throw failure(at ? 'name' : 'bridge', `'${name}' is a port of bridge '${port.bridge.name}' already`);
  const twin = [...vlans].find(
    ([other, one]) => other !== name && one.parent === parent && one.vlan === vlan,
  );
  if (twin) throw failure('vlan', `VLAN ${vlan} of '${parent}' is the fake bridge '${twin[0]}' already`);
  const other =
    controller === undefined
      ? Object.keys(columns).find((column) => column !== 'external_ids')
      : 'controller';
  if (other)
    throw failure(
      other,
      `'${name}' is a VLAN of '${parent}', and has none of its own: give it to '${parent}'`,
    );
}

function refuseAbsent({ at, name, bridge, state }: DesiredPort, bridges: readonly DesiredBridge[]): void {
  const goes = bridges.some((one) => one.name === bridge && one.state === 'absent');
  if (state === 'absent' || !goes) return;
  throw new OptionError(
    optionAt(at, 'bridge'),
    `'${bridge}', which port '${name}' is to be on, is absent in this task`,
  );
}

// As with a real bridge's own port, which has the bridge's name and is nowhere else.
function refuseBridge({ at, name, bridge, state }: DesiredPort, fake: Vlan | undefined): void {
  if (!fake || (bridge === name && state === 'present')) return;
  const way = state === 'absent' ? 'remove the bridge' : `give 'bridge: ${name}' for its own port`;
  throw new OptionError(
    optionAt(at, 'port'),
    `'${name}' is a bridge, VLAN ${fake.vlan} of '${fake.parent}': ${way}`,
  );
}

const prefixed = (ids: StringMap) =>
  Object.fromEntries(Object.entries(ids).map(([key, value]) => [`${FAKE_PREFIX}${key}`, value]));

function asPort({ at, name, state, columns }: DesiredBridge, { parent, vlan }: Vlan): DesiredPort {
  const ids = columns.external_ids as StringMap | undefined;
  const given: Given = { type: 'internal', tag: vlan, ...(ids && { external_ids: prefixed(ids) }) };
  return { at, name, bridge: parent, state, columns: given, fake: true, addressing: undefined };
}

/** The ports that go with a fake bridge which goes, or to another VLAN with one that changes its. */
function carried(
  { at, name, state }: DesiredBridge,
  { parent, vlan }: Vlan,
  { ports }: Topology,
  index: DatabaseIndex,
) {
  const was = index.fakes.get(name);
  if (!was || (state === 'present' && was.vlan === vlan)) return [];
  const said = ports.filter((port) => port.state === 'present' || port.bridge === name);
  const listed = new Set(said.map((port) => port.name));
  const bridge = index.bridges.get(was.parent);
  const members = bridge ? index.portsOf(bridge).filter(({ tag }) => tag === was.vlan) : [];
  return members
    .filter((port) => port.name !== name && !listed.has(port.name))
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
    // The bridge may change its VLAN in this very task.
    const own = [vlan, index.fakes.get(bridge)?.vlan ?? vlan];
    if (current?.bridge.name !== parent || own.some((one) => one === current.port.tag))
      return [{ ...port, bridge: parent }];
    warn(
      `port '${name}' is on bridge '${parent}', and not in its VLAN ${vlan}, which is '${bridge}': it is kept there`,
    );
    return [];
  }
  if (columns.tag !== undefined && columns.tag !== vlan) {
    throw new OptionError(optionAt(at, 'tag'), `'${bridge}' is VLAN ${vlan} of '${parent}': leave it out`);
  }
  return [{ ...port, bridge: parent, columns: { ...columns, tag: vlan } }];
}

/** A fake bridge's own port may be among the ports, as a real bridge's, with its address. */
function merged(fakes: readonly DesiredPort[], ports: readonly DesiredPort[]): DesiredPort[] {
  const said = new Map(ports.map((port) => [port.name, port]));
  const names = new Set(fakes.map(({ name }) => name));
  const ours = fakes.map((fake) => {
    const own = fake.state === 'present' ? said.get(fake.name) : undefined;
    return own ? { ...own, fake: true as const, columns: { ...own.columns, ...withIds(own, fake) } } : fake;
  });
  return [...ours, ...ports.filter(({ name }) => !names.has(name))];
}

function withIds(own: DesiredPort, fake: DesiredPort): Given {
  const [ids, more] = [own.columns.external_ids, fake.columns.external_ids] as (StringMap | undefined)[];
  return { ...fake.columns, ...((ids || more) && { external_ids: { ...ids, ...more } }) };
}
