import { OptionError } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';
import type { CloudDns, CloudNic } from '../../lib/ovn/model.ts';
import type { Entry } from './entries.ts';
import type { NetworkEntry } from './options.ts';

/** An interface with the names of its guest. */
export interface NamedNic {
  readonly nic: CloudNic;
  readonly aliases: readonly string[];
}

/** The addresses of guests of a network by their names. @throws OptionError where two guests have one name */
export function guestsOf(network: string, nics: readonly NamedNic[]): Map<string, string[]> {
  const owners = new Map<string, string>();
  const found = new Map<string, string[]>();
  for (const { nic, aliases } of nics) {
    for (const name of [nic.guest, ...aliases]) {
      const owner = owners.get(name) ?? nic.guest;
      if (owner !== nic.guest)
        throw new OptionError(
          'hypervisors',
          `'${name}' is a name of two guests in the network '${network}', ${owner} and ${nic.guest}: leave it out in one of them`,
        );
      owners.set(name, owner);
      found.set(name, [...(found.get(name) ?? []), ...nic.addresses]);
    }
  }
  return found;
}

/** The names that a name is found by. */
const namesFor = (name: string, domain: string | undefined): string[] =>
  domain === undefined || name.includes('.') ? [name] : [`${name}.${domain}`, name];

/** The name servers' part of a network. @param leadsOut whether guests have a default route @throws OptionError */
export function dnsOf(
  { entry }: Entry<NetworkEntry>,
  guests: ReadonlyMap<string, readonly string[]>,
  gateways: readonly string[],
  leadsOut: boolean,
): CloudDns | undefined {
  const { dns } = entry;
  if (!dns) return undefined;
  const records: Record<string, string[]> = {};
  const reverse = new Map<string, string>();
  // A guest's own name is before its aliases.
  const add = (name: string, addresses: readonly string[]) => {
    const [full = name, ...short] = namesFor(name, dns.domain);
    for (const one of [full, ...short]) records[one] = [...addresses];
    for (const ip of addresses) if (!reverse.has(ip)) reverse.set(ip, full);
  };
  dns.records.forEach(({ name, address = [] }, i) => {
    if (guests.has(name))
      throw new OptionError(`dns.records[${i}].name`, `'${name}' is the name of a guest of the network`);
    add(
      name,
      address.map((text) => parseIp(text)?.ip ?? text),
    );
  });
  for (const [name, addresses] of guests) if (addresses.length > 0) add(name, addresses);
  const forwarders = (dns.forwarders ?? []).map((text) => parseIp(text)?.ip ?? text);
  // A query must be sent somewhere by the router to be answered on the way.
  const servers = leadsOut && forwarders.length > 0 ? forwarders : gateways;
  return { domain: dns.domain, servers, records, reverse };
}
