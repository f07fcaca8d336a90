import { OptionError } from '../../lib/failure.ts';
import { type Address, formatAddress, rangeOf } from '../../lib/net/address.ts';
import { type Entries, entriesOf, gatewaysOf, present } from './entries.ts';
import { checkEntry, subnetsOf, TUNNEL } from './network-check.ts';
import type { CloudOptions } from './options.ts';
import { Problems } from './problems.ts';
import { uplinkSubnets } from './uplink-check.ts';

/** The largest MTU of a network. */
export const largestMtu = ({ underlay_mtu, underlay_family }: CloudOptions): number =>
  underlay_mtu - TUNNEL[underlay_family];

interface Span {
  readonly subnet: Address;
  /** The path of its option. */
  readonly at: string;
}

/** @throws OptionError for a subnet that overlaps with another: they are looked at in the order of their first addresses */
function refuseOverlaps(spans: readonly Span[]): void {
  for (const family of [4, 6] as const) {
    const sorted = spans
      .filter(({ subnet }) => subnet.family === family)
      .map((span) => ({ ...span, ...rangeOf(span.subnet) }))
      .sort((a, b) => (a.first < b.first ? -1 : 1));
    let widest: (typeof sorted)[number] | undefined;
    for (const one of sorted) {
      if (widest && one.first <= widest.last)
        throw new OptionError(
          one.at,
          `${formatAddress(one.subnet)} overlaps with ${formatAddress(widest.subnet)} of ${widest.at}: change one of them`,
        );
      if (!widest || one.last > widest.last) widest = one;
    }
  }
}

function checkGateways(entries: Entries, problems: Problems): void {
  for (const { at, entry } of present(entries.uplinks)) {
    problems.try(at, () => {
      entry.gateways?.forEach((name, i) => {
        if (!entries.hypervisors.has(name))
          throw new OptionError(`gateways[${i}]`, `'${name}' is not in 'hypervisors': add it there`);
      });
      if (gatewaysOf(entry, entries).length > 0) return;
      if (entry.gateways?.length)
        throw new OptionError(
          'gateways',
          `all of them (${entry.gateways.join(', ')}) are absent: name another hypervisor`,
        );
      throw new OptionError(
        'gateways',
        "no hypervisor can be the gateway: list some in 'hypervisors', and here",
      );
    });
  }
}

/** Rules that need nothing but the options. @throws Failure */
export function checkCloud(options: CloudOptions): void {
  const problems = new Problems();
  const entries = entriesOf(options);
  const largest = largestMtu(options);
  for (const { at, entry } of entries.networks.values()) problems.try(at, () => checkEntry(entry, largest));
  for (const { at, entry } of present(entries.uplinks)) problems.try(at, () => uplinkSubnets(entry));
  checkGateways(entries, problems);
  problems.throw();
  refuseOverlaps([
    ...present(entries.networks).flatMap(({ at, entry }) =>
      subnetsOf(entry).map(({ subnet }, i) => ({ subnet, at: `${at}.subnet[${i}]` })),
    ),
    ...present(entries.uplinks).flatMap(({ at, entry }) =>
      uplinkSubnets(entry).map(({ subnet }, i) => ({ subnet, at: `${at}.subnet[${i}]` })),
    ),
  ]);
}
