import { numberOf } from './address.ts';

/** The name that DNS is asked for the name of an address: RFC 1035, section 3.5, and RFC 3596. @param ip in its canonical form */
export function reverseName(family: 4 | 6, ip: string): string {
  if (family === 4) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
  const digits = numberOf(6, ip).toString(16).padStart(32, '0');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}
