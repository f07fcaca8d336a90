import { parseLeases } from '../../dnsmasq/leases.ts';
import { type Pair, pairOf } from './found.ts';

/** Bytes of a source that are read. */
const LONGEST = 4 * 1024 ** 2;

const linesOf = (text: string) => text.slice(0, LONGEST).split('\n');

const pairs = (found: readonly (Pair | undefined)[]): Pair[] => found.filter((pair) => pair !== undefined);

/** The pairs in a lease file of dnsmasq. Leases of IPv6 have no MAC address there. */
export const pairsOfLeases = (text: string): Pair[] =>
  pairs(parseLeases(text).map(({ mac, address }) => (mac === undefined ? undefined : pairOf(mac, address))));

// Name, MAC address, protocol, address. The name of an interface is the guest's, and may contain anything.
const ROW = /\s([0-9a-f:]{17})\s+ipv[46]\s+([0-9a-f.:]{2,45})\/\d{1,3}\s*$/i;

/** The pairs that `virsh domifaddr --full` prints. */
export const pairsOfDomain = (text: string): Pair[] =>
  pairs(
    linesOf(text).map((line) => {
      const [, mac, address] = ROW.exec(line) ?? [];
      return mac === undefined || address === undefined ? undefined : pairOf(mac, address);
    }),
  );

// `ADDRESS dev LINK lladdr MAC STATE`; one without an answer has no `lladdr` (ip-neighbour(8)).
const NEIGHBOUR = /^([0-9a-f.:]{2,45}) dev \S+ lladdr ([0-9a-f:]{17}) (?!.*\bFAILED\b)/i;

/** The pairs that `ip neighbour show` prints. */
export const pairsOfNeighbours = (text: string): Pair[] =>
  pairs(
    linesOf(text).map((line) => {
      const [, address, mac] = NEIGHBOUR.exec(line) ?? [];
      return mac === undefined || address === undefined ? undefined : pairOf(mac, address);
    }),
  );

/** The pairs that `ip -json address` prints. The names in it are the guest's. */
export function pairsOfLinks(text: string): Pair[] {
  let links: unknown;
  try {
    links = JSON.parse(text);
  } catch {
    return [];
  }
  return listOf(links).flatMap((link) => {
    const { address: mac, addr_info: addresses } = Object(link);
    if (typeof mac !== 'string') return [];
    return pairs(
      listOf(addresses).map((one) => {
        const { local } = Object(one);
        return typeof local === 'string' ? pairOf(mac, local) : undefined;
      }),
    );
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
