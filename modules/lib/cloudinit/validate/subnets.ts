import { BITS, numberOf, parseIp } from '../../net/address.ts';

/** An IP address, or the network that it is in. */
export interface Ip {
  readonly family: 4 | 6;
  readonly number: bigint;
}

/** An address with the length of its network's prefix. */
export interface Subnet extends Ip {
  readonly prefix: number;
}

/** @returns undefined when the text is not an IP address */
export function ipOf(text: string): Ip | undefined {
  const parsed = parseIp(text);
  return parsed && { family: parsed.family, number: numberOf(parsed.family, parsed.ip) };
}

/** The length of a prefix, from its digits or a netmask. @returns undefined when it is invalid for that family */
export function prefixOf(text: string, family: 4 | 6): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= BITS[family] ? Number(text) : undefined;
  const mask = ipOf(text);
  if (mask?.family !== family) return undefined;
  const bits = mask.number.toString(2).padStart(BITS[family], '0');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}

/** Whether an address is in a subnet. */
export function within(ip: Ip, subnet: Subnet): boolean {
  const rest = BigInt(BITS[subnet.family] - subnet.prefix);
  return ip.family === subnet.family && ip.number >> rest === subnet.number >> rest;
}

/** Whether an address is an IPv6 link-local one (RFC 4291, section 2.5.6). */
export const isLinkLocal = ({ family, number }: Ip): boolean => family === 6 && number >> 118n === 0x3fan;
