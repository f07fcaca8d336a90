import { leaseFileOf, readLeaseFile, readLeaseText } from '../../lib/dnsmasq/kept.ts';
import { parseLeases } from '../../lib/dnsmasq/leases.ts';
import { unitOf } from '../../lib/dnsmasq/unit.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import { isInRange, sizeOf } from '../../lib/net/subnet.ts';
import type { Network } from './network-of.ts';

/** The leased addresses in the text of a lease file of dnsmasq. */
export const leasedIn = (text: string): string[] => parseLeases(text).map(({ address }) => address);

/** The leased addresses of a network. */
export const readLeases = async (host: Host, name: string): Promise<string[]> =>
  leasedIn(await readLeaseText(host, name));

/** Whose leases end. An IPv6 lease is known by its address alone: its line has no MAC address. */
export interface Ended {
  readonly network: string;
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * Ends leases. dnsmasq reads its leases only when it starts, so it is stopped for that moment.
 * @throws Failure
 */
export async function endLeases(host: Host, { network: name, macs, addresses }: Ended): Promise<void> {
  const has = (line: string) => {
    const [, mac = '', ip = ''] = line.split(' ');
    return macs.includes(mac.toLowerCase()) || addresses.includes(ip.toLowerCase());
  };
  if (!(await textOf(host, name)).split('\n').some(has)) return;
  await runOrFail(host, 'systemctl', ['stop', '--', unitOf(name)]);
  try {
    const { directory, file } = leaseFileOf(name);
    const text = await textOf(host, name);
    await host.writeInside(
      directory,
      file,
      text
        .split('\n')
        .filter((line) => !has(line))
        .join('\n'),
      {},
    );
  } finally {
    await runOrFail(host, 'systemctl', ['start', '--', unitOf(name)]);
  }
}

/** @throws Failure: what dnsmasq would read instead of its leases isn't for root to copy */
async function textOf(host: Host, name: string): Promise<string> {
  const found = await readLeaseFile(host, name);
  if (found === 'other') {
    const { directory, file } = leaseFileOf(name);
    throw new Failure(
      `${directory}/${file} is not a regular file, or a very large one, which dnsmasq doesn't make: a guest of '${name}' may have taken it over. Remove the file, and restart ${unitOf(name)}`,
    );
  }
  return found?.text ?? '';
}

/** A warning for each range of a network that has no free address. */
export const fullRanges = ({ name, subnets }: Network, leased: readonly string[]): string[] =>
  subnets.flatMap(({ subnet, range }) => {
    if (!range) return [];
    const used = new Set(leased.filter((ip) => isInRange(ip, range))).size;
    return BigInt(used) < sizeOf(subnet.family, range)
      ? []
      : [
          `network '${name}': all ${used} addresses from ${range.first} to ${range.last} are leased: new guests get none. Extend 'dhcp.range${subnet.family === 6 ? '6' : ''}', or shorten 'dhcp.lease_time'`,
        ];
  });
