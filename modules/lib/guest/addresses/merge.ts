import { parseIp } from '../../net/address.ts';
import type { Found, Pair } from './found.ts';
import type { Sought } from './sought.ts';

/** What each source has. */
export interface Pairs {
  readonly leases: readonly Pair[];
  /** By the domain's name. */
  readonly agents: ReadonlyMap<string, readonly Pair[]>;
  /** Those of the interfaces of containers, by the domain's name. */
  readonly kernel?: ReadonlyMap<string, readonly Pair[]>;
  readonly neighbours: readonly Pair[];
}

/** The most addresses of a guest that are taken. */
const MOST = 64;

/**
 * The addresses of each guest. Pure. Each has an address once, by the source that is believed most; IPv4 comes before IPv6 within
 * a source. An address that is leased to another MAC address is ignored, whatever the guest says.
 */
export function addressesIn(
  domains: readonly Pick<Sought, 'name' | 'macs' | 'controller'>[],
  { leases, agents, kernel, neighbours }: Pairs,
): Map<string, Found[]> {
  const isFree = freeFor(leases);
  const [leased, near] = [byMac(leases), byMac(neighbours)];
  return new Map(
    domains.map(({ name, macs: given, controller }) => {
      const macs = given.map((mac) => mac.toLowerCase());
      // A VM and a container may have one name.
      const isContainer = controller !== undefined;
      const told = byMac((isContainer ? kernel : agents)?.get(name) ?? []);
      const found = (pairs: ReadonlyMap<string, readonly Pair[]>, source: Found['source']): Found[] =>
        macs
          .flatMap((mac) => pairs.get(mac) ?? [])
          .filter(isFree)
          .sort((a, b) => familyOf(a) - familyOf(b))
          .map(({ address, mac }) => ({ address, mac, source }));
      const seen = new Set<string>();
      const isFirst = ({ address }: Found) => !seen.has(address) && seen.add(address);
      const all = [
        ...found(leased, 'lease'),
        ...found(told, isContainer ? 'kernel' : 'agent'),
        ...found(near, 'neighbour'),
      ];
      return [name, all.filter(isFirst).slice(0, MOST)];
    }),
  );
}

/**
 * What a guest has told of its addresses in another way, as far as it's taken: addresses of its interfaces that are not leased to
 * another MAC address, each once. Pure.
 */
export function toldBy(
  { macs }: { readonly macs: readonly string[] },
  told: readonly Pair[],
  leases: readonly Pair[],
): Pair[] {
  const [isFree, known] = [freeFor(leases), new Set(macs.map((mac) => mac.toLowerCase()))];
  const found = new Map<string, Pair>();
  for (const pair of told) {
    if (found.size === MOST) break;
    if (known.has(pair.mac) && isFree(pair) && !found.has(pair.address)) found.set(pair.address, pair);
  }
  return [...found.values()];
}

/** Whether the address of a pair is leased to no other MAC address. */
function freeFor(leases: readonly Pair[]): (pair: Pair) => boolean {
  const owners = new Map(leases.map(({ address, mac }) => [address, mac]));
  return ({ address, mac }) => (owners.get(address) ?? mac) === mac;
}

const familyOf = ({ address }: Pair): number => parseIp(address)?.family ?? 0;

function byMac(pairs: readonly Pair[]): Map<string, Pair[]> {
  const found = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const known = found.get(pair.mac) ?? [];
    known.push(pair);
    found.set(pair.mac, known);
  }
  return found;
}
