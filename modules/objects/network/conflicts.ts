import type { Placed } from '../../lib/ansible/plan.ts';
import { type Failure, Failures, OptionError } from '../../lib/failure.ts';
import { type Address, formatAddress, parseAddress, parseIp } from '../../lib/net/address.ts';
import { overlap } from '../../lib/net/subnet.ts';
import { type Network, networkOf, portsOf } from './network-of.ts';
import type { ForwardOptions, NetworkOptions } from './options.ts';
import type { KnownNetwork } from './record.ts';

const segmentOf = ({ bridge, vlan }: Network) =>
  vlan === undefined ? `bridge ${bridge}` : `VLAN ${vlan} of ${bridge}`;

/** What two networks can't both have, as an error of the first one's options. */
function conflict(one: Network, other: Network, where: string): OptionError | undefined {
  if (one.interface === other.interface)
    return new OptionError(
      'port',
      `the interface '${one.interface}' is that of ${where} too: give another 'port'`,
    );
  if (segmentOf(one) === segmentOf(other))
    return new OptionError('vlan', `${segmentOf(one)} is that of ${where} too: give each network its own`);
  for (const [i, { subnet }] of one.subnets.entries()) {
    const shared = other.subnets.find((each) => overlap(subnet, each.subnet));
    if (shared)
      return new OptionError(
        `subnet[${i}]`,
        `${formatAddress(subnet)} overlaps with ${formatAddress(shared.subnet)} of ${where}: change one of them`,
      );
  }
  for (const [i, forward] of one.options.forwards.entries()) {
    if (other.options.forwards.some((each) => meet(forward, each))) return portTaken(i, forward, where);
  }
  return undefined;
}

const portTaken = (i: number, { protocol, port }: ForwardOptions, where: string) =>
  new OptionError(`forwards[${i}].port`, `${protocol} port ${port} is forwarded by ${where} too`);

const networkIn = (text: string): Address => {
  const ip = parseIp(text);
  return ip ? { ...ip, prefix: ip.family === 4 ? 32 : 128 } : parseAddress(text);
};

/** Whether two lists have addresses in common; no list is all addresses. */
const common = (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
  !one || !other || one.some((a) => other.some((b) => overlap(networkIn(a), networkIn(b))));

/** Whether a packet could match two forwards. */
function meet(one: ForwardOptions, other: ForwardOptions): boolean {
  const [[first, last], [from, to]] = [portsOf(one), portsOf(other)];
  if (one.protocol !== other.protocol || to < first || last < from) return false;
  const families = [parseIp(one.to)?.family, parseIp(other.to)?.family];
  return (
    (families.includes(undefined) || families[0] === families[1]) &&
    common(one.listen, other.listen) &&
    common(one.sources, other.sources)
  );
}

/** @throws OptionError for two forwards of one network of which one would hide the other */
export function refuseTwins({ forwards }: NetworkOptions): void {
  forwards.forEach((forward, i) => {
    const twin = forwards.findIndex((other, j) => j < i && meet(forward, other));
    if (twin >= 0) throw portTaken(i, forward, `forwards[${twin}]`);
  });
}

/**
 * @param declared the networks of this task, which are compared with each other elsewhere
 * @throws OptionError for what a network of the host, of another task, has already
 */
export function refuseConflicts(
  network: Network,
  known: ReadonlyMap<string, KnownNetwork>,
  declared: ReadonlySet<string>,
): void {
  for (const [name, other] of known) {
    if (name === network.name || declared.has(name)) continue;
    const problem = conflict(network, other.network, `the network '${name}'`);
    if (problem) throw problem;
  }
}

/** The errors of networks of one task that can't both be. */
export function checkTogether(items: readonly Placed<NetworkOptions>[]): (Failure | undefined)[] {
  const networks = items.map(({ options }) => (options.state === 'absent' ? undefined : networkOf(options)));
  return networks.map((network, i) => {
    if (!network) return undefined;
    const problems = networks.flatMap((other, j) => {
      const problem = other && i !== j ? conflict(network, other, items[j]?.path ?? '') : undefined;
      return problem ?? [];
    });
    return problems.length > 1 ? new Failures(problems) : problems[0];
  });
}
