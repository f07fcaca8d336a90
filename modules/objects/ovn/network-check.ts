import { OptionError } from '../../lib/failure.ts';
import { checkNetwork } from '../network/check.ts';
import { hasNoGateway, type Network, networkOf, portsOf } from '../network/network-of.ts';
import type { NetworkOptions } from '../network/options.ts';
import { checkEngine } from '../network/ovn-check.ts';
import { optionsOf } from './dhcp-options.ts';
import type { NetworkEntry } from './options.ts';

/** What the header of a tunnel takes of the MTU: Geneve with OVN's option over IPv4 and IPv6 (measured). */
export const TUNNEL = { ipv4: 58, ipv6: 78 } as const;

/** One port is one entry of a load balancer. */
const MOST_PORTS = 1000;

/** The same network by the keys that both engines have, for the rules of both. */
const asCommon = (entry: NetworkEntry): NetworkOptions => {
  const { uplink: _uplink, bridge: _bridge, vlan: _vlan, port: _port, ...common } = entry;
  return { ...common, host_ports: [], libvirt: false } as unknown as NetworkOptions;
};

/** A network's subnets with their gateways and ranges. @throws Failure */
export const subnetsOf = (entry: NetworkEntry): Network['subnets'] => networkOf(asCommon(entry)).subnets;

/** Whether a network has no router. */
export const isSwitch = (entry: NetworkEntry): boolean => hasNoGateway(asCommon(entry));

/** Rules of one network. @param largest the largest MTU that tunnels carry @throws OptionError */
export function checkEntry(entry: NetworkEntry, largest: number): void {
  checkEngine(entry as unknown as NetworkOptions);
  if (entry.state === 'absent') return;
  checkNetwork(asCommon(entry));
  if (entry.mtu !== undefined && entry.mtu > largest)
    throw new OptionError(
      'mtu',
      `${entry.mtu} is more than the tunnels between hypervisors carry: give at most ${largest}, or a larger 'underlay_mtu'`,
    );
  if (isSwitch(entry) && entry.uplink !== undefined)
    throw new OptionError(
      'gateway',
      "'uplink' needs a router in the network: leave 'gateway' out, or 'uplink'",
    );
  checkDns(entry);
  optionsOf(entry.dhcp?.options ?? {});
  checkForwards(entry);
}

function checkDns({ dns }: NetworkEntry): void {
  if (!dns) return;
  if (dns.host !== undefined && dns.host !== null)
    throw new OptionError('dns.host', "is of 'engine: local': leave it out, since OVN makes the network");
  if (dns.forwarders === undefined)
    throw new OptionError(
      'dns.forwarders',
      'is required: OVN asks no other name server, so guests are told those that they ask themselves; an empty list for none',
    );
}

function checkForwards({ forwards }: NetworkEntry): void {
  forwards.forEach((forward, i) => {
    if (forward.sources !== undefined)
      throw new OptionError(
        `forwards[${i}].sources`,
        "is of 'engine: local': with OVN, give the guest a security group with a rule 'from' these addresses",
      );
    const [first, last] = portsOf(forward);
    if (last - first >= MOST_PORTS)
      throw new OptionError(
        `forwards[${i}].port`,
        `'${forward.port}' has more than ${MOST_PORTS} ports: with OVN, give fewer`,
      );
  });
}
