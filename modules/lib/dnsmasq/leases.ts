import { parseIp } from '../net/address.ts';
import { parseMac } from '../net/mac.ts';

/** The directory of the leases of all networks, below /var/lib: separate, since only root may enter `piecewise-cloud`. */
export const STATE = 'piecewise-cloud-networks';

/** Where that leads to: systemd keeps the files of units with a user of their own there. */
export const KEPT = `/var/lib/private/${STATE}`;

/** A lease of dnsmasq. */
export interface Lease {
  /** In lower case; undefined for IPv6, whose lines have an IAID instead. */
  readonly mac: string | undefined;
  /** In its canonical form. */
  readonly address: string;
  /** The name that the client has, or has told; undefined without one. */
  readonly name: string | undefined;
  /** When it ends, in seconds since 1970; undefined for one that doesn't. */
  readonly expires: number | undefined;
}

/**
 * The leases in the text of a lease file of dnsmasq, which removes those that have ended. A line has the time, MAC address
 * or IAID, address, name and identifier (`lease_update_file` of its source). Other lines are ignored.
 */
export const parseLeases = (text: string): Lease[] =>
  text.split('\n').flatMap((line) => {
    const [time = '', key = '', address = '', name = '*'] = line.split(' ');
    const ip = parseIp(address)?.ip;
    if (ip === undefined) return [];
    const expires = /^[1-9]\d{0,11}$/.test(time) ? Number(time) : undefined;
    return [{ mac: parseMac(key), address: ip, name: name === '*' ? undefined : name, expires }];
  });
