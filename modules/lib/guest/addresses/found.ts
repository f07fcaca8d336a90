import { numberOf, parseAddress, parseIp, rangeOf } from '../../net/address.ts';
import { parseMac } from '../../net/mac.ts';

/**
 * Where an address was found, in the order in which they are believed: the server of DHCP gives an address to one guest only, and the
 * kernel knows which addresses the interfaces of a container have. The guest has chosen them all the same.
 */
export const SOURCES = ['lease', 'kernel', 'agent', 'neighbour'] as const;

/** The sources that have what a guest says of itself, or sets itself. */
export const CLAIMED: readonly (typeof SOURCES)[number][] = ['kernel', 'agent'];

/** An address that a guest has. */
export interface Found {
  /** In its canonical form. */
  readonly address: string;
  /** Of the guest's interface, in lower case. */
  readonly mac: string;
  readonly source: (typeof SOURCES)[number];
}

/** A MAC address and an IP address that belong together, whosesoever they are. */
export type Pair = Pick<Found, 'mac' | 'address'>;

/** Addresses by which no other machine is reached, by RFC 6890: of links, of the machine itself, of many; and IPv4 in IPv6. */
const UNUSABLE = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  '::ffff:0:0/96',
  'fe80::/10',
  'ff00::/8',
].map((text) => {
  const address = parseAddress(text);
  return { family: address.family, ...rangeOf(address) };
});

/** A pair by its texts; undefined if one of them is invalid, or the address can't be connected to. */
export function pairOf(mac: string, address: string): Pair | undefined {
  const [parsed, ip] = [parseMac(mac), parseIp(address)];
  if (!ip || parsed === undefined) return undefined;
  const number = numberOf(ip.family, ip.ip);
  const isUnusable = UNUSABLE.some(
    ({ family, first, last }) => family === ip.family && first <= number && number <= last,
  );
  return isUnusable ? undefined : { mac: parsed, address: ip.ip };
}
