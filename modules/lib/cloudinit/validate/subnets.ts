import { isIPv4, isIPv6 } from 'node:net';

/** An IP address, or the network that it is in. */
export interface Ip {
  readonly family: 4 | 6;
  readonly number: bigint;
}

/** An address with the length of its network's prefix. */
export interface Subnet extends Ip {
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

const number4 = (text: string) => text.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

function number6(text: string): bigint {
  const [head = '', tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return [...front, ...zeros, ...back].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** @returns undefined when the text is no IP address */
export function ipOf(text: string): Ip | undefined {
  if (isIPv4(text)) return { family: 4, number: number4(text) };
  return isIPv6(text) && !text.includes('%') ? { family: 6, number: number6(text) } : undefined;
}

/** The length of a prefix, from its digits or a netmask. @returns undefined when it is none of that family */
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

/** Whether an address is one that every link of IPv6 has for itself (RFC 4291, section 2.5.6). */
export const isLinkLocal = ({ family, number }: Ip): boolean => family === 6 && number >> 118n === 0x3fan;
