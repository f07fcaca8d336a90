import { isIPv4, isIPv6 } from 'node:net';
import { Failure } from '../failure.ts';

/** An address with the prefix of its network, e.g. 192.168.192.129/29. */
export interface Address {
  readonly family: 4 | 6;
  /** In its canonical form, as `ip` prints it. */
  readonly ip: string;
  readonly prefix: number;
}

/** Bits of an address. */
export const BITS = { 4: 32, 6: 128 } as const;

// A URL's host is IPv6 in the canonical form of RFC 5952.
const canonical6 = (ip: string) => new URL(`http://[${ip}]/`).hostname.slice(1, -1);

/** The family and canonical form of an IP address, or undefined when the text isn't one. */
export function parseIp(text: string): Pick<Address, 'family' | 'ip'> | undefined {
  if (isIPv4(text)) return { family: 4, ip: text };
  return isIPv6(text) && !text.includes('%') ? { family: 6, ip: canonical6(text) } : undefined;
}

/**
 * The prefix length of a dotted netmask, e.g. 29 of 255.255.255.248.
 * @returns undefined when the text isn't a netmask: no dotted quad, or its ones don't all stand in front
 */
export function prefixOfNetmask(netmask: string): number | undefined {
  if (!isIPv4(netmask)) return undefined;
  const bits = netmask
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}

function prefixOf(text: string, family: 4 | 6, what: string): number {
  const prefix = /^\d{1,3}$/.test(text) ? Number(text) : family === 4 ? prefixOfNetmask(text) : undefined;
  if (prefix !== undefined && prefix <= BITS[family]) return prefix;
  throw new Failure(`${what} '${text}' is not a netmask of an IPv${family} address`);
}

/**
 * An address from its text and, where the text has no `/prefix` of its own, a netmask.
 * @param netmask dotted, or a prefix length
 * @throws Failure without the option's name, which the caller adds
 */
export function parseAddress(text: string, netmask?: string): Address {
  const [host = '', length, ...rest] = text.split('/');
  const ip = rest.length === 0 ? parseIp(host) : undefined;
  if (!ip) throw new Failure(`'${text}' is not an IP address`);
  if (length !== undefined) {
    return { ...ip, prefix: prefixOf(length, ip.family, `'${text}':`) };
  }
  if (netmask === undefined) {
    throw new Failure(`'${text}' has no netmask: give 'netmask', or write it as ${text}/24`);
  }
  return { ...ip, prefix: prefixOf(netmask, ip.family, 'netmask') };
}

/** `192.168.192.129/29` */
export const formatAddress = ({ ip, prefix }: Address): string => `${ip}/${prefix}`;

/** A list without the addresses of another. */
export const withoutAddresses = (list: readonly Address[], others: readonly Address[]): Address[] =>
  list.filter((address) => !others.some((other) => formatAddress(other) === formatAddress(address)));

/** The number that an IP address in its canonical form stands for. */
export function numberOf(family: 4 | 6, ip: string): bigint {
  if (family === 4) return ip.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const [head = '', tail] = ip.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0');
  return [...front, ...zeros, ...back].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** The IP address, in its canonical form, that a number stands for. */
export function textOf(family: 4 | 6, number: bigint): string {
  const [size, count] = family === 4 ? [8n, 4] : [16n, 8];
  const parts = Array.from(
    { length: count },
    (_, i) => (number >> (size * BigInt(count - 1 - i))) & ((1n << size) - 1n),
  );
  return family === 4 ? parts.join('.') : canonical6(parts.map((part) => part.toString(16)).join(':'));
}

/** The network that an address is in, e.g. 192.168.192.128/29. */
export function networkOf({ family, ip, prefix }: Address): Address {
  const rest = BigInt(BITS[family] - prefix);
  return { family, ip: textOf(family, (numberOf(family, ip) >> rest) << rest), prefix };
}

/** Whether an IP address is in the network of another's. */
export function isWithin(ip: string, network: Address): boolean {
  const parsed = parseIp(ip);
  if (parsed?.family !== network.family) return false;
  return networkOf({ ...parsed, prefix: network.prefix }).ip === networkOf(network).ip;
}

/** The first and the last address of an address's network, as numbers. */
export function rangeOf({ family, ip, prefix }: Address): { readonly first: bigint; readonly last: bigint } {
  const rest = BigInt(BITS[family] - prefix);
  const first = (numberOf(family, ip) >> rest) << rest;
  return { first, last: first + (1n << rest) - 1n };
}

/** Whether a network has one address only: /32, or /128. */
export const isHost = ({ family, prefix }: Address): boolean => prefix === BITS[family];

/** Whether an address, in its canonical form, is link-local: RFC 4291 section 2.5.6. */
export const isLinkLocal = (ip: string): boolean => /^fe[89ab][0-9a-f]:/.test(ip);
