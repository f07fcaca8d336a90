import { numberOf, textOf } from './address.ts';

/** The address that an interface makes itself in a subnet of /64, from its MAC address: RFC 4291, appendix A. */
export function eui64(prefix: string, mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, second = 0, third = 0, ...rest] = bytes;
  const id = [first ^ 2, second, third, 0xff, 0xfe, ...rest];
  return textOf(
    6,
    id.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) | ((numberOf(6, prefix) >> 64n) << 64n),
  );
}

/** An interface's link-local address. */
export const linkLocal = (mac: string): string => eui64('fe80::', mac);
