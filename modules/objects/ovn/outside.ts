import { OptionError } from '../../lib/failure.ts';
import { formatAddress, isWithin, parseAddress, parseIp } from '../../lib/net/address.ts';
import { hostProblem } from '../../lib/net/subnet.ts';
import type { Index } from '../../lib/ovn/index.ts';
import type { Outside, OutsideAddress } from '../../lib/ovn/model.ts';
import type { Claims } from './claims.ts';
import { type Entries, present, requirePresent } from './entries.ts';
import { subnetsOf } from './network-check.ts';
import type { NetworkEntry } from './options.ts';
import { Pool } from './pool.ts';
import type { UplinkSubnet } from './uplink-check.ts';

/** An uplink with the addresses that it has left. */
export interface UplinkAddresses {
  readonly subnets: readonly UplinkSubnet[];
  readonly pools: ReadonlyMap<4 | 6, Pool>;
}

/** The pools of an uplink's addresses. */
export const uplinkAddresses = (subnets: readonly UplinkSubnet[], claims: Claims): UplinkAddresses => ({
  subnets,
  pools: new Map(
    subnets.flatMap(({ subnet: { family }, range }) =>
      range ? [[family, Pool.of(family, range, claims)] as const] : [],
    ),
  ),
});

/** The uplink of a network: the given one, or the only one if it needs one. @throws OptionError */
export function uplinkOf(entry: NetworkEntry, entries: Entries): string | undefined {
  if (entry.uplink !== undefined) {
    requirePresent(entries.uplinks, entry.uplink, 'uplink', 'uplinks');
    return entry.uplink;
  }
  const need = entry.nat ? 'nat' : entry.forwards.length > 0 ? 'forwards' : undefined;
  if (need === undefined) return undefined;
  const [only, ...more] = present(entries.uplinks);
  if (only && more.length === 0) return only.entry.name;
  throw new OptionError(
    'uplink',
    only
      ? `is required for '${need}', since there are several: ${[only, ...more].map(({ entry: { name } }) => name).join(', ')}`
      : `is required for '${need}', and 'uplinks' has none: declare one`,
  );
}

const ownerOf = ({ name }: NetworkEntry) => `the router of the network '${name}'`;

/** The addresses that a network's router had outside, with their prefixes. */
const formerOf = (index: Index, { name }: NetworkEntry): readonly string[] =>
  index.find({ table: 'Logical_Router_Port', name: `network/${name}/outside` })?.networks ?? [];

/** Claims the address that a network gives, or that it has and keeps. @throws OptionError */
export function claimOutside(
  entry: NetworkEntry,
  uplinkHas: UplinkAddresses,
  index: Index,
  claims: Claims,
): void {
  const given = (entry.nat_address ?? []).map((text, i) => {
    const at = `nat_address[${i}]`;
    const ip = parseIp(text);
    const found = uplinkHas.subnets.find(({ subnet }) => ip && isWithin(ip.ip, subnet));
    if (!ip || !found)
      throw new OptionError(at, `${text} is not in a subnet of the uplink '${entry.uplink ?? ''}'`);
    const problem = hostProblem(ip.ip, found.subnet);
    if (problem) throw new OptionError(at, problem);
    claims.claim(ip.ip, ownerOf(entry), at);
    return ip.family;
  });
  for (const text of formerOf(index, entry)) {
    const { ip, family } = parseAddress(text);
    if (given.includes(family) || !uplinkHas.pools.get(family)?.has(ip)) continue;
    if (claims.ownerOf(ip) === undefined) claims.claim(ip, ownerOf(entry), 'uplink');
  }
}

/** A network's way out, with its addresses there: claims must have been made before. @throws OptionError */
export function outsideOf(
  entry: NetworkEntry,
  uplink: string,
  uplinkHas: UplinkAddresses,
  index: Index,
  claims: Claims,
): Outside {
  const families = subnetsOf(entry).map(({ subnet }) => subnet.family);
  const common = uplinkHas.subnets.filter(({ subnet }) => families.includes(subnet.family));
  const addresses = common.flatMap(({ subnet, gateway }): OutsideAddress[] => {
    const { family } = subnet;
    const ip = addressOf(entry, uplinkHas, family, index, claims);
    return ip === undefined ? [] : [{ family, address: { ...subnet, ip }, gateway }];
  });
  if (addresses.length === 0)
    throw new OptionError(
      'uplink',
      common.length === 0
        ? `'${uplink}' has no subnet of the families of the network`
        : `'${uplink}' has no 'addresses' for ${common.map(({ subnet }) => formatAddress(subnet)).join(' and ')}: give them, or 'nat_address'`,
    );
  return { uplink, addresses, nat: entry.nat };
}

function addressOf(
  entry: NetworkEntry,
  uplinkHas: UplinkAddresses,
  family: 4 | 6,
  index: Index,
  claims: Claims,
): string | undefined {
  const isIts = (ip: string) => claims.ownerOf(ip) === ownerOf(entry);
  const given = (entry.nat_address ?? [])
    .map((text) => parseIp(text))
    .find((ip) => ip?.family === family)?.ip;
  if (given !== undefined) return given;
  const pool = uplinkHas.pools.get(family);
  if (!pool) return undefined;
  const former = formerOf(index, entry)
    .map((text) => parseAddress(text))
    .find((one) => one.family === family && pool.has(one.ip) && isIts(one.ip));
  const ip = former?.ip ?? pool.lowest();
  if (ip === undefined)
    throw new OptionError(
      'uplink',
      `'${entry.uplink ?? 'the uplink'}' has no IPv${family} address left: give it more 'addresses'`,
    );
  claims.claim(ip, ownerOf(entry), 'uplink');
  return ip;
}
