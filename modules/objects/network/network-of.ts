import { OptionError } from '../../lib/failure.ts';
import { type Address, formatAddress, parseIp } from '../../lib/net/address.ts';
import type { AddressRange } from '../../lib/net/subnet.ts';
import { firstHost, parseSubnet } from '../../lib/net/subnet.ts';
import { interfaceOf } from './names.ts';
import type { ForwardOptions, NetworkOptions } from './options.ts';

/** The VLAN of a port that sends and takes frames without a tag, and no others. */
export const UNTAGGED = 0;

/** A subnet of a network, with the host's address in it. */
export interface Subnet {
  readonly subnet: Address;
  readonly gateway: string | undefined;
  /** The addresses that are leased to whoever asks. */
  readonly range: AddressRange | undefined;
}

/** A network as its options describe it, whatever the form in which they were written. */
export interface Network {
  readonly name: string;
  readonly bridge: string;
  readonly vlan: number | undefined;
  /** The host's interface in it. */
  readonly interface: string;
  readonly mtu: number | undefined;
  readonly subnets: readonly Subnet[];
  readonly options: NetworkOptions;
}

/** Whether the host has no address in the network. YAML's `no`, as a text, is one too. */
export const hasNoGateway = ({ gateway }: NetworkOptions): boolean =>
  gateway === false || (typeof gateway === 'string' && /^(false|no)$/i.test(gateway));

/** The host's addresses as they are given. @throws OptionError for what is no address nor a list of them */
export function gatewaysOf(options: NetworkOptions): string[] {
  const { gateway } = options;
  if (gateway === undefined || gateway === null || hasNoGateway(options)) return [];
  const all = Array.isArray(gateway) ? gateway : [gateway];
  if (all.every((one): one is string => typeof one === 'string')) return all;
  throw new OptionError('gateway', 'must be an address, a list of addresses, or false');
}

const rangeOf = (texts: readonly string[] | undefined): AddressRange | undefined => {
  const [first, last] = (texts ?? []).map((text) => parseIp(text)?.ip);
  return first !== undefined && last !== undefined ? { first, last } : undefined;
};

/** The network of valid options: see `checkNetwork`. @throws Failure for a subnet that is none */
export function networkOf(options: NetworkOptions): Network {
  const { name, bridge = '', vlan, mtu, dhcp } = options;
  const given = gatewaysOf(options).map((text) => parseIp(text));
  const subnets = (options.subnet ?? []).map((text): Subnet => {
    const subnet = parseSubnet(text);
    const chosen = given.find((ip) => ip?.family === subnet.family)?.ip;
    return {
      subnet,
      gateway: hasNoGateway(options) ? undefined : (chosen ?? firstHost(subnet)),
      range: rangeOf(subnet.family === 4 ? dhcp?.range : dhcp?.range6),
    };
  });
  return { name, bridge, vlan, interface: interfaceOf(options), mtu, subnets, options };
}

/** The host's addresses in a network, each with the prefix of its subnet. */
export const hostAddresses = ({ subnets }: Network): string[] =>
  subnets.flatMap(({ subnet, gateway }) =>
    gateway === undefined ? [] : formatAddress({ ...subnet, ip: gateway }),
  );

/** The first and the last port of a forward. */
export function portsOf({ port }: Pick<ForwardOptions, 'port'>): readonly [first: number, last: number] {
  const [first = 0, last = first] = port.split('-').map(Number);
  return [first, last];
}
