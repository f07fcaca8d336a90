import { OptionError } from '../../lib/failure.ts';
import { names } from '../../lib/ovn/desired.ts';
import type { Index } from '../../lib/ovn/index.ts';
import { macOf } from '../../lib/ovn/macs.ts';
import type { CloudLeg } from '../../lib/ovn/model.ts';
import type { Subnet } from '../network/network-of.ts';
import type { Claims } from './claims.ts';
import { type Entries, type Entry, present } from './entries.ts';
import { partsOf } from './known.ts';
import type { NetworkEntry } from './options.ts';
import { Pool } from './pool.ts';

const ownerOf = (network: string, host: string) => `the interface of ${host} in the network '${network}'`;

/** The addresses that the interfaces of hypervisors have, of those in the list and of others, by `NETWORK/HOST`. */
export function formerLegs(index: Index): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { table, name, row } of index.all()) {
    if (table !== 'Logical_Switch_Port' || !name.startsWith('leg/')) continue;
    const lines = (row as unknown as { addresses: readonly string[] }).addresses;
    found.set(
      name.slice('leg/'.length),
      lines.flatMap((line) => partsOf(line).addresses),
    );
  }
  return found;
}

/** Claims what interfaces of hypervisors have, in the networks that are to have some. */
export function claimLegs(
  former: ReadonlyMap<string, readonly string[]>,
  entries: Entries,
  claims: Claims,
): void {
  for (const [key, addresses] of former) {
    const [network = '', host = ''] = key.split('/');
    if (!entries.networks.get(network)?.entry.host_port) continue;
    if (entries.hypervisors.get(host)?.entry.state === 'absent') continue;
    for (const ip of addresses) claims.note(ip, ownerOf(network, host));
  }
}

/** The interfaces of the hypervisors in the list, with the highest free addresses or those that they have. @throws OptionError */
export function legsOf(
  former: ReadonlyMap<string, readonly string[]>,
  entries: Entries,
  subnetsOf: (network: string) => readonly Subnet[],
  owner: string,
  claims: Claims,
): CloudLeg[] {
  return present(entries.networks).flatMap((network): CloudLeg[] => {
    if (!network.entry.host_port) return [];
    const subnets = subnetsOf(network.entry.name);
    const pools = new Map(
      subnets.map(({ subnet, range }) => [subnet.family, Pool.outside(subnet, range, claims)] as const),
    );
    return present(entries.hypervisors).map(({ entry: { name: host } }) => {
      const had = former.get(`${network.entry.name}/${host}`) ?? [];
      const mac = macOf(owner, names.legPort(network.entry.name, host));
      const addresses = subnets.map(({ subnet }) => {
        const pool = pools.get(subnet.family);
        return pool ? addressOf(network, host, pool, had, claims) : '';
      });
      const declared = { network: network.entry.name, host, mac, addresses };
      return { network: network.entry.name, host, mac, addresses, declared };
    });
  });
}

function addressOf(
  { at, entry }: Entry<NetworkEntry>,
  host: string,
  pool: Pool,
  had: readonly string[],
  claims: Claims,
): string {
  const owner = ownerOf(entry.name, host);
  const kept = had.find((one) => pool.has(one) && claims.ownerOf(one) === owner);
  const ip = kept ?? pool.highest();
  if (ip === undefined)
    throw new OptionError(
      `${at}.host_port`,
      `the subnet has no IPv${pool.family} address left for ${host} outside the range of 'dhcp': make the range smaller`,
    );
  claims.claim(ip, owner, `${at}.host_port`);
  return ip;
}
