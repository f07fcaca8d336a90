import { OptionError, optionAt } from '../../lib/failure.ts';
import { textOf } from '../../lib/net/address.ts';
import type { Index } from '../../lib/ovn/index.ts';
import type { Peer } from '../../lib/ovn/model.ts';
import { type Entries, present, requirePresent } from './entries.ts';
import { isSwitch, subnetsOf } from './network-check.ts';

// Each pair of networks has a link between their routers, of four addresses of 169.254.0.0/16 (RFC 3927): no guest sees them.
const BASE = 0xa9fe0000n;
const SIZE = 4n;
const LINKS = 0x10000n / SIZE;

const pairOf = (one: string, other: string) => [one, other].sort().join('/');

/** The number of the link that a port between routers has. */
const linkOf = (networks: readonly string[]): bigint | undefined => {
  const [, a, b, c, d] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\//.exec(networks[0] ?? '') ?? [];
  if (`${a}.${b}` !== '169.254') return undefined;
  return (BigInt(c ?? 0) * 256n + BigInt(d ?? 0)) / SIZE;
};

/** The links that earlier tasks made, by pair. */
function formerLinks(index: Index): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { table, name, row } of index.all()) {
    const [, network, to, peer] = name.split('/');
    if (table !== 'Logical_Router_Port' || to !== 'to' || !network || !peer) continue;
    const link = linkOf((row as unknown as { networks: readonly string[] }).networks);
    if (link !== undefined) found.set(pairOf(network, peer), link);
  }
  return found;
}

/** The networks that each is routed to, or that are routed to it. @throws OptionError */
export function peersOf(entries: Entries, index: Index): Map<string, Peer[]> {
  const opens = new Set<string>();
  for (const { at, entry } of present(entries.networks)) {
    entry.routed_to.forEach((name, i) => {
      const option = optionAt(at, `routed_to[${i}]`);
      const other = requirePresent(entries.networks, name, option, 'networks');
      if (isSwitch(other.entry))
        throw new OptionError(option, `'${name}' has no router: leave 'gateway' out in ${other.at}`);
      opens.add(`${entry.name}/${name}`);
    });
  }
  const former = formerLinks(index);
  const taken = new Set(former.values());
  let next = 0n;
  const free = (pair: string): bigint => {
    const known = former.get(pair);
    if (known !== undefined) return known;
    while (taken.has(next)) next++;
    if (next >= LINKS) throw new OptionError('networks', `has more than ${LINKS} pairs by 'routed_to'`);
    taken.add(next);
    former.set(pair, next);
    return next;
  };
  const peers = new Map<string, Peer[]>();
  const add = (name: string, peer: string, ends: readonly [string, string]) => {
    const other = entries.networks.get(peer)?.entry;
    if (!other) return;
    const one: Peer = {
      ...{ network: peer, near: ends[0], far: ends[1] },
      subnets: subnetsOf(other).flatMap(({ subnet, gateway }) => (gateway === undefined ? [] : subnet)),
      opens: opens.has(`${peer}/${name}`),
    };
    peers.set(name, [...(peers.get(name) ?? []), one]);
  };
  for (const pair of [...new Set([...opens].map((key) => pairOf(...split(key))))].sort()) {
    const [one, other] = split(pair);
    const base = BASE + free(pair) * SIZE;
    const [first, second] = [textOf(4, base + 1n), textOf(4, base + 2n)];
    add(one, other, [first, second]);
    add(other, one, [second, first]);
  }
  return peers;
}

const split = (key: string): [string, string] => {
  const [one = '', other = ''] = key.split('/');
  return [one, other];
};
