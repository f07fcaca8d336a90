import { OptionError, optionAt } from '../../failure.ts';
import type { StringMap } from '../../ovsdb/types.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import type { DesiredPort, Topology } from './topology.ts';

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

/**
 * A topology in which a patch port that names its peer is two ports, each of which is the other's peer. The task
 * may list the far one as well, with more options.
 * @throws OptionError
 */
export function withPairs(topology: Topology, index: DatabaseIndex): Topology {
  const ports = new Map(topology.ports.map((port) => [port.name, port]));
  for (const near of topology.ports) {
    const { peer, name, state } = near;
    if (!peer) continue;
    const listed = ports.get(peer.port);
    if (state === 'absent') {
      if (!listed && peerOf(index, peer.port) === name) ports.set(peer.port, farOf(near, peer));
      continue;
    }
    check(near, peer, listed, index);
    ports.set(name, asPatch(ports.get(name) ?? near, peer.port));
    ports.set(peer.port, asPatch(listed ?? farOf(near, peer), name));
  }
  return { ...topology, ports: [...ports.values()] };
}

type Peer = NonNullable<DesiredPort['peer']>;

const peerOf = (index: DatabaseIndex, port: string) => index.interfaces.get(port)?.options.peer;

const farOf = ({ at, state }: DesiredPort, { bridge, port }: Peer): DesiredPort => ({
  at,
  name: port,
  bridge,
  state,
  columns: {},
  addressing: undefined,
});

const asPatch = (port: DesiredPort, peer: string): DesiredPort => ({
  ...port,
  columns: { ...port.columns, type: 'patch', options: { ...(port.columns.options as StringMap), peer } },
});

function check(near: DesiredPort, peer: Peer, listed: DesiredPort | undefined, index: DatabaseIndex): void {
  const { name, bridge, columns, members } = near;
  const patch = (type: unknown) => (type ?? 'patch') === 'patch';
  if (!patch(columns.type))
    throw failure(near, 'type', "a port with a 'peer' is of type 'patch': leave it out");
  if (members) throw failure(near, 'interfaces', "a port with a 'peer' can't be a bond: leave it out");
  const given = (columns.options as StringMap | undefined)?.peer;
  if (given !== undefined && given !== peer.port) {
    throw failure(
      near,
      'options',
      `'peer' is '${peer.port}', and here '${given}': leave 'peer' out of 'options'`,
    );
  }
  if (peer.port === name) throw failure(near, 'peer.port', `'${name}' can't be its own peer`);
  if (peer.bridge === bridge) {
    throw failure(near, 'peer.bridge', `both ends would be on '${bridge}', which makes a loop`);
  }
  if (listed && (listed.state === 'absent' || listed.bridge !== peer.bridge || !patch(listed.columns.type))) {
    throw failure(near, 'peer', `it conflicts with port '${peer.port}' of ${listed.at}`);
  }
  if (listed?.peer && (listed.peer.port !== name || listed.peer.bridge !== bridge)) {
    throw failure(near, 'peer', `${listed.at} has another peer, '${listed.peer.port}'`);
  }
  const type = index.interfaces.get(peer.port)?.type;
  if (type !== undefined && type !== 'patch') {
    throw failure(near, 'peer.port', `'${peer.port}' already exists with the type '${type || 'system'}'`);
  }
}

/** vswitchd 3.1 crashes when two bridges that do RSTP are joined by patch ports; 3.5 doesn't (measured). */
const FRAIL = /^([0-2]|3\.[01])\./;

/** Warnings about pairs of patch ports. */
export function pairWarnings(
  { bridges, ports }: Topology,
  index: DatabaseIndex,
  version: string | undefined,
): string[] {
  if (!FRAIL.test(version ?? '')) return [];
  const rstp = (bridge: string | undefined) =>
    bridges.find(({ name }) => name === bridge)?.columns.rstp_enable ??
    index.bridges.get(bridge ?? '')?.rstp_enable;
  const bridgeOf = (port: string) =>
    ports.find(({ name }) => name === port)?.bridge ?? index.ports.get(port)?.bridge.name;
  return ports.flatMap(({ name, bridge, state, columns }) => {
    const peer = (columns.options as StringMap | undefined)?.peer ?? peerOf(index, name);
    const other = peer && bridgeOf(peer);
    if (state === 'absent' || !other || name > peer || !rstp(bridge) || !rstp(other)) return [];
    return [
      `bridges '${bridge}' and '${other}' both do RSTP and are joined by patch ports, which crashes vswitchd ${version}: give one of them 'rstp_enable: false'`,
    ];
  });
}
