import { Failure } from '../failure.ts';
import {
  type Address,
  formatAddress,
  isWithin,
  networkOf,
  numberOf,
  parseAddress,
  parseIp,
  rangeOf,
  textOf,
} from './address.ts';

/** A range of addresses of one family, the first and the last one. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/**
 * A subnet from its text.
 * @throws Failure without the option's name, which the caller adds
 */
export function parseSubnet(text: string): Address {
  if (parseIp(text))
    throw new Failure(`'${text}' has no prefix: write it as ${text}/${text.includes(':') ? 64 : 24}`);
  const address = parseAddress(text);
  const network = networkOf(address);
  if (network.ip === address.ip) return network;
  throw new Failure(`'${text}' is an address within ${formatAddress(network)}: give the subnet`);
}

// Each subnet of a host is compared with each.
const spans = new WeakMap<Address, ReturnType<typeof rangeOf>>();

function spanOf(subnet: Address): ReturnType<typeof rangeOf> {
  const span = spans.get(subnet) ?? rangeOf(subnet);
  spans.set(subnet, span);
  return span;
}

/** Whether two subnets have addresses in common. */
export function overlap(one: Address, other: Address): boolean {
  if (one.family !== other.family) return false;
  const [a, b] = [spanOf(one), spanOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** The first address of a subnet that a machine can have. */
export function firstHost(subnet: Address): string {
  const { first, last } = rangeOf(subnet);
  return textOf(subnet.family, first === last || last - first === 1n ? first : first + 1n);
}

/** Why a machine can't have an address of a subnet, or undefined. */
export function hostProblem(ip: string, subnet: Address): string | undefined {
  const name = formatAddress(subnet);
  if (!isWithin(ip, subnet)) return `${ip} is not in the subnet ${name}`;
  const { first, last } = rangeOf(subnet);
  if (last - first <= 1n) return undefined;
  const number = numberOf(subnet.family, ip);
  if (number === first) return `${ip} is the address of the subnet ${name} itself`;
  return subnet.family === 4 && number === last ? `${ip} is the broadcast address of ${name}` : undefined;
}

/** The number of addresses in a range; negative or zero if its last address is before the first. */
export const sizeOf = (family: 4 | 6, { first, last }: AddressRange): bigint =>
  numberOf(family, last) - numberOf(family, first) + 1n;

/** Whether an address is in a range. */
export function isInRange(ip: string, range: AddressRange): boolean {
  const parsed = parseIp(ip);
  if (!parsed || parsed.family !== parseIp(range.first)?.family) return false;
  const number = numberOf(parsed.family, parsed.ip);
  return numberOf(parsed.family, range.first) <= number && number <= numberOf(parsed.family, range.last);
}
