import { OptionError, optionAt } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';
import { eui64 } from '../../lib/net/eui64.ts';
import { parseMac } from '../../lib/net/mac.ts';
import { hostProblem } from '../../lib/net/subnet.ts';
import type { CloudNic } from '../../lib/ovn/model.ts';
import type { Subnet } from '../network/network-of.ts';
import type { Claims } from './claims.ts';
import { type Entries, present, requirePresent } from './entries.ts';
import type { KnownNic } from './known.ts';
import type { NetworkEntry } from './options.ts';
import { Pool } from './pool.ts';
import type { Scope } from './scope.ts';

/** A guest's interface before it has all its addresses. */
export interface Nic {
  /** The path of its options; empty for one of another hypervisor. */
  readonly at: string;
  readonly id: string;
  readonly network: string;
  readonly host: string;
  readonly guest: string;
  readonly mac: string;
  /** The addresses that it is given, in their canonical form. */
  readonly given: readonly string[];
  readonly aliases: readonly string[];
  readonly groups: readonly string[];
  readonly anyAddress: boolean;
  /** What the database has of it. */
  readonly known: KnownNic | undefined;
}

/** How people know an interface. */
export const ownerOf = ({ guest, network, host }: Pick<Nic, 'guest' | 'network' | 'host'>): string =>
  `'${guest}' on ${host}, in the network '${network}'`;

/**
 * The interfaces of all guests: those of the task, and those of other hypervisors in networks of the task.
 * @throws OptionError
 */
export function nicsOf(entries: Entries, scope: Scope, known: ReadonlyMap<string, KnownNic>): Nic[] {
  const found = new Map<string, Nic>();
  for (const { at, entry } of present(entries.hypervisors)) {
    entry.guests?.forEach(({ name, state, interfaces }, i) => {
      if (state === 'absent') return;
      interfaces.forEach((one, j) => {
        const path = `${at}.guests[${i}].interfaces[${j}]`;
        const mac = parseMac(one.mac);
        if (!mac) throw new OptionError(`${path}.mac`, `'${one.mac}' is not a MAC address`);
        const twin = found.get(one.port);
        if (twin) throw new OptionError(`${path}.port`, `'${one.port}' is that of ${ownerOf(twin)} already`);
        const former = known.get(one.port);
        // A guest that moves keeps its name. A hypervisor can't take the port of another guest by naming it.
        if (former && former.guest !== name)
          throw new OptionError(`${path}.port`, `'${one.port}' is that of ${ownerOf(former)} already`);
        requirePresent(entries.networks, one.network, `${path}.network`, 'networks');
        const given = one.addresses.map((text, k) => {
          const ip = parseIp(text.replace(/\/\d+$/, ''));
          if (!ip) throw new OptionError(`${path}.addresses[${k}]`, `'${text}' is not an IP address`);
          return ip.ip;
        });
        found.set(one.port, {
          ...{
            at: path,
            id: one.port,
            network: one.network,
            host: entry.name,
            guest: name,
            mac,
            given,
          },
          ...{ aliases: one.aliases, groups: one.security_groups, anyAddress: one.any_address },
          known: known.get(one.port),
        });
      });
    });
  }
  const others = [...known.values()].filter(
    ({ id, host, guest, network }) =>
      !found.has(id) &&
      !scope.isReplaced(host, guest) &&
      entries.networks.get(network)?.entry.state === 'present',
  );
  return [...found.values(), ...others.map((one) => ({ ...one, at: '', known: one }))];
}

/** The error of an option of an interface; of one of another hypervisor it says whose it is. */
function nicError(nic: Nic, option: string, problem: string): OptionError {
  const at = nic.at ? optionAt(nic.at, option) : 'networks';
  return new OptionError(at, nic.at ? problem : `${problem}; it is that of ${ownerOf(nic)}`);
}

/** A network's subnets, and what is left of its ranges. */
interface Land {
  readonly entry: NetworkEntry;
  readonly subnets: readonly Subnet[];
  readonly pools: ReadonlyMap<4 | 6, Pool>;
}

/** Whether guests make their own addresses of IPv6. */
export const isStateless = ({ dhcp }: NetworkEntry, { subnet, range, gateway }: Subnet): boolean =>
  dhcp !== undefined && gateway !== undefined && subnet.family === 6 && subnet.prefix === 64 && !range;

function landOf(entry: NetworkEntry, subnets: readonly Subnet[], claims: Claims): Land {
  const isOpen = entry.dhcp !== undefined && !entry.dhcp.known_only;
  const pools = subnets.flatMap(({ subnet: { family }, range }) =>
    range && isOpen ? [[family, Pool.of(family, range, claims)] as const] : [],
  );
  return { entry, subnets, pools: new Map(pools) };
}

/** Claims what an interface is given, and its MAC address. @throws OptionError */
function claimGiven(nic: Nic, { subnets }: Land, claims: Claims): void {
  const owner = ownerOf(nic);
  claims.claim(nic.mac, owner, nic.at ? `${nic.at}.mac` : 'networks');
  const families = new Set<number>();
  nic.given.forEach((ip, i) => {
    const option = `addresses[${i}]`;
    const family = parseIp(ip)?.family;
    const found = subnets.find(({ subnet }) => subnet.family === family);
    if (!found || family === undefined)
      throw nicError(nic, option, `the network '${nic.network}' has no IPv${family} subnet for ${ip}`);
    if (families.has(family))
      throw nicError(nic, 'addresses', 'has two addresses of one family: give one for IPv4 and one for IPv6');
    families.add(family);
    const problem = hostProblem(ip, found.subnet);
    if (problem) throw nicError(nic, option, problem);
    claims.claim(ip, owner, nic.at ? optionAt(nic.at, option) : 'networks');
  });
}

/** Claims what an interface had of a range, or made itself, as far as it still can have it. */
function claimFormer(nic: Nic, { subnets, pools, entry }: Land, claims: Claims): void {
  for (const one of subnets) {
    const { family } = one.subnet;
    const made = isStateless(entry, one) ? eui64(one.subnet.ip, nic.mac) : undefined;
    if (made !== undefined) claims.claim(made, ownerOf(nic), nic.at ? `${nic.at}.mac` : 'networks');
    if (nic.known?.network !== nic.network || nic.given.some((ip) => parseIp(ip)?.family === family))
      continue;
    for (const ip of nic.known.addresses) {
      if (pools.get(family)?.has(ip) && claims.ownerOf(ip) === undefined)
        claims.claim(ip, ownerOf(nic), 'networks');
    }
  }
}

/** The addresses of an interface, of IPv4 first: OVN leases the first one of each family. @throws OptionError */
function addressesOf(nic: Nic, { subnets, pools, entry }: Land, claims: Claims): string[] {
  const owner = ownerOf(nic);
  return subnets.flatMap((one) => {
    const { family } = one.subnet;
    const made = isStateless(entry, one) ? [eui64(one.subnet.ip, nic.mac)] : [];
    const given = nic.given.filter((ip) => parseIp(ip)?.family === family);
    const pool = pools.get(family);
    if (given.length > 0 || !pool) return [...new Set([...given, ...made])];
    const former = nic.known?.addresses.find(
      (ip) => parseIp(ip)?.family === family && claims.ownerOf(ip) === owner,
    );
    const ip = former ?? pool.lowest();
    if (ip === undefined)
      throw nicError(
        nic,
        'addresses',
        `the range of the network '${nic.network}' has no IPv${family} address left: make 'dhcp.range${family === 6 ? '6' : ''}' larger, or give one`,
      );
    claims.claim(ip, owner, 'networks');
    return [ip];
  });
}

/** An interface with all its addresses. @throws OptionError */
function completed(nic: Nic, addresses: readonly string[], groups: (name: string) => boolean): CloudNic {
  nic.groups.forEach((group, i) => {
    if (!groups(group))
      throw nicError(
        nic,
        `security_groups[${i}]`,
        `there is no security group '${group}': add it to 'security_groups', or leave it out`,
      );
  });
  const { id, network, host, guest, mac, given, aliases, anyAddress } = nic;
  return {
    ...{ id, network, host, guest, mac, addresses, groups: nic.groups, anyAddress },
    declared: {
      ...{ network, host, guest, mac, addresses },
      ...(given.length > 0 ? { given } : {}),
      ...(aliases.length > 0 ? { aliases } : {}),
      ...(nic.groups.length > 0 ? { security_groups: nic.groups } : {}),
      ...(anyAddress ? { any_address: true } : {}),
    },
  };
}

/**
 * All interfaces with their addresses. What is given has precedence, then what was had before, and then the lowest free ones.
 * @param hasGroup whether there is a security group
 * @throws OptionError
 */
export function completeNics(
  nics: readonly Nic[],
  entries: Entries,
  subnetsOf: (network: string) => readonly Subnet[],
  claims: Claims,
  hasGroup: (group: string) => boolean,
): CloudNic[] {
  const lands = new Map(
    present(entries.networks).map(({ entry }) => [entry.name, landOf(entry, subnetsOf(entry.name), claims)]),
  );
  const landed = nics.flatMap((nic) => {
    const land = lands.get(nic.network);
    return land ? [{ nic, land }] : [];
  });
  // Those of other hypervisors have what they have: an error is one of the task.
  const ordered = [...landed.filter(({ nic }) => !nic.at), ...landed.filter(({ nic }) => nic.at)];
  for (const { nic, land } of ordered) claimFormer(nic, land, claims);
  for (const { nic, land } of ordered) claimGiven(nic, land, claims);
  return landed.map(({ nic, land }) => completed(nic, addressesOf(nic, land, claims), hasGroup));
}
