import type { Link } from '../../lib/link/observe.ts';
import { formatAddress } from '../../lib/net/address.ts';
import { type DatabaseIndex, isBond, type PortRows } from '../../lib/ovs/rows/database-index.ts';
import { isManaged } from './bridges.ts';
import type { PortGuest } from './nics.ts';
import { type Optional, withoutMissing } from './optional.ts';

/** A port of a bridge. A port that has the name of a bridge is the host's interface in that bridge. */
export type PortInfo = Optional<{
  /** Of a port of a fake bridge the parent. */
  readonly bridge: string;
  readonly name: string;
  /** Of its first interface: `system`, `internal`, `patch`, `vxlan`, …; `tap` for a VM's, `veth` for a container's, `bond` for several interfaces. */
  readonly type: string;
  readonly managed: boolean;
  readonly tag: number | undefined;
  readonly trunks: readonly number[] | undefined;
  readonly up: boolean;
  /** What Open vSwitch says is wrong with it. */
  readonly error: string | undefined;
  readonly mac: string | undefined;
  /** Those of the host, with prefix length. */
  readonly addresses: readonly string[];
  /** The members of a bond. */
  readonly interfaces: readonly string[];
  /** The other end of a patch port. */
  readonly peer: string | undefined;
  /** The other end of a tunnel, and its key. */
  readonly remote: string | undefined;
  readonly key: string | undefined;
  /** The guest whose NIC it is. */
  readonly guest: string | undefined;
}>;

/** Interfaces that are network interfaces of the host. */
const OF_HOST: readonly string[] = ['system', 'internal'];

/** What a guest has at the host's end. */
const TYPES = { vm: 'tap', container: 'veth' } as const;

const addressesOf = (link: Link | undefined): string[] =>
  [...(link?.addresses ?? []), ...(link?.leased.addresses ?? [])].map(formatAddress);

// Of `options` only what is named here: a tunnel may have a `psk` among them.
function portOf(
  { port, bridge, interfaces }: PortRows,
  links: ReadonlyMap<string, Link>,
  guest: PortGuest | undefined,
): PortInfo {
  const names = interfaces.map(({ name }) => name).sort();
  const bond = isBond(port.name, names);
  const [first] = interfaces;
  const kind = first?.type || 'system';
  const options = bond ? {} : (first?.options ?? {});
  const isOfHost = !bond && guest === undefined && OF_HOST.includes(kind);
  return withoutMissing({
    bridge: bridge.name,
    name: port.name,
    type: bond ? 'bond' : guest === undefined ? kind : TYPES[guest.kind],
    managed: isManaged(port.external_ids) || (port.name === bridge.name && isManaged(bridge.external_ids)),
    tag: port.tag,
    trunks: port.trunks.length > 0 ? port.trunks : undefined,
    up: interfaces.some(({ link_state }) => link_state === 'up'),
    error: interfaces.map(({ error }) => error).find((error) => error !== undefined),
    mac: isOfHost ? first?.mac_in_use : undefined,
    addresses: isOfHost ? addressesOf(links.get(port.name)) : [],
    interfaces: bond ? names : [],
    peer: options.peer,
    remote: options.remote_ip,
    key: options.key,
    guest: guest?.name,
  });
}

/**
 * All ports, by bridge and name. Pure.
 * @param links the host's network interfaces, by name
 * @param guests the guests by the names of their ports
 */
export function portsIn(
  index: DatabaseIndex,
  links: ReadonlyMap<string, Link>,
  guests: ReadonlyMap<string, PortGuest>,
): PortInfo[] {
  const key = ({ bridge, port }: PortRows) => `${bridge.name}\0${port.name}`;
  return [...index.ports.values()]
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((rows) => portOf(rows, links, guests.get(rows.port.name)));
}
