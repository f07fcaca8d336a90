import { OptionError } from '../../lib/failure.ts';
import { fileOf, INTERFACES } from '../../lib/link/files.ts';
import type { Link } from '../../lib/link/observe.ts';
import { formatAddress } from '../../lib/net/address.ts';
import { withoutSource, withSource } from '../../lib/net/sources.ts';
import { OWNER as OWNED } from '../../lib/ovs/rows/maps.ts';
import { hostAddresses, type Network } from './network-of.ts';
import type { State } from './observe.ts';
import { OWNER } from './port.ts';

type Seen = Exclude<State['topology'], Error>;

/** The addresses that a network gives the host, by its interface. */
const given = (network: Network | undefined): ReadonlySet<string> =>
  new Set(network ? hostAddresses(network) : []);

function withoutAddresses(link: Link, addresses: ReadonlySet<string>): Link {
  return { ...link, addresses: link.addresses.filter((one) => !addresses.has(formatAddress(one))) };
}

/**
 * What the port of an item is planned from: the host as the items before it leave it, and without the addresses that other
 * networks of the task give up. Pure.
 */
export function seenBy(name: string, seen: Seen, { stored, final, declared }: State): Seen {
  if (!seen.net) return seen;
  const links = new Map(seen.net.links);
  let { interfaces } = seen.net.kept;
  let isBefore = true;
  for (const other of declared) {
    if (other === name) isBefore = false;
    const [former, next] = [stored.get(other)?.network, final.get(other)?.network];
    const link = former && links.get(former.interface);
    if (link && other !== name && next?.interface !== former.interface) {
      links.set(former.interface, withoutAddresses(link, given(former)));
    } else if (link && other !== name) {
      const kept = given(next);
      links.set(
        former.interface,
        withoutAddresses(link, new Set([...given(former)].filter((one) => !kept.has(one)))),
      );
    }
    if (!isBefore || interfaces === undefined) continue;
    if (former && former.interface !== next?.interface)
      interfaces = withoutSource(interfaces, INTERFACES, fileOf('ifupdown', former.interface));
    if (next && given(next).size > 0)
      interfaces = withSource(interfaces, INTERFACES, fileOf('ifupdown', next.interface));
  }
  return { ...seen, net: { ...seen.net, links, kept: { ...seen.net.kept, interfaces } } };
}

/**
 * @throws OptionError for an untagged network on a bridge that is an interface of the host itself: its guests would reach the
 * host past the rules, and each other network would be theirs
 */
export function refuseOpenBridge({ bridge, vlan }: Network, links: ReadonlyMap<string, Link>): void {
  const { addresses = [], leased } = links.get(bridge) ?? {};
  const all = [...addresses, ...(leased?.addresses ?? [])];
  if (vlan !== undefined || all.length === 0) return;
  throw new OptionError(
    'vlan',
    `is required on ${bridge}, where the host has ${all.map(formatAddress).join(', ')} itself: guests of an untagged network would reach that address past the network's rules`,
  );
}

/** @throws OptionError for a port of that name that no network has made */
export function refuseForeignPort(network: Network, seen: Seen, formers: ReadonlySet<string>): void {
  if (hostAddresses(network).length === 0 || formers.has(network.interface)) return;
  const found = seen.database?.ports.find((port) => port.name === network.interface);
  if (!found || found.external_ids[OWNED] === OWNER) return;
  throw new OptionError(
    'port',
    `Open vSwitch has a port '${network.interface}' that no network has made: give another name, or remove that port`,
  );
}
