import { OptionError } from '../../lib/failure.ts';
import { isWithin, parseIp } from '../../lib/net/address.ts';
import type { Outside } from '../../lib/ovn/model.ts';
import { portsOf } from '../network/network-of.ts';
import type { ForwardOptions } from '../network/options.ts';
import type { Claims } from './claims.ts';
import type { Entry } from './entries.ts';
import type { NetworkEntry } from './options.ts';
import type { UplinkAddresses } from './outside.ts';

const endpoint = (ip: string, port: number) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

/** Claims the addresses outside at which forwards of a network listen. @throws OptionError */
export function claimListen(
  { name, forwards }: NetworkEntry,
  uplink: string,
  uplinkHas: UplinkAddresses,
  claims: Claims,
): void {
  forwards.forEach(({ listen = [] }, i) => {
    listen.forEach((text, j) => {
      const option = `forwards[${i}].listen[${j}]`;
      const ip = parseIp(text)?.ip ?? '';
      if (!uplinkHas.subnets.some(({ subnet }) => isWithin(ip, subnet)))
        throw new OptionError(option, `${text} is not in a subnet of the uplink '${uplink}'`);
      claims.claim(ip, `the router of the network '${name}'`, option);
    });
  });
}

/** The addresses outside at which a forward listens. */
const listenAt = ({ listen }: ForwardOptions, { addresses }: Outside): string[] =>
  listen ? listen.map((text) => parseIp(text)?.ip ?? '') : addresses.map(({ address }) => address.ip);

/** Ports outside that lead to guests. */
export interface ForwardsPlan {
  readonly forwards: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly warnings: readonly string[];
}

/**
 * The forwards of a network.
 * @param guests the addresses in the network by the names of guests
 */
export function forwardsOf(
  network: Entry<NetworkEntry>,
  outside: Outside,
  guests: ReadonlyMap<string, readonly string[]>,
): ForwardsPlan {
  const forwards: Record<string, Record<string, string>> = {};
  const warnings: string[] = [];
  network.entry.forwards.forEach((forward) => {
    const listen = listenAt(forward, outside);
    const { to, to_port, protocol } = forward;
    const targets = parseIp(to) ? [parseIp(to)?.ip ?? ''] : (guests.get(to) ?? []);
    if (targets.length === 0)
      warnings.push(
        `${network.at}.forwards: port ${forward.port} leads to '${to}', which has no address in the network yet: it is forwarded as soon as it has one`,
      );
    const [first, last] = portsOf(forward);
    for (const ip of listen) {
      const target = targets.find((one) => parseIp(one)?.family === parseIp(ip)?.family);
      if (target === undefined) continue;
      const vips = forwards[protocol] ?? {};
      forwards[protocol] = vips;
      for (let port = first; port <= last; port++)
        vips[endpoint(ip, port)] = endpoint(target, to_port === undefined ? port : Number(to_port));
    }
  });
  return { forwards, warnings };
}
