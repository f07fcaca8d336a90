import type { Host } from '../host/host.ts';
import { decodeText } from '../host/text.ts';
import { KEPT } from './leases.ts';

// The directory of leases belongs to dnsmasq, which reads what guests send: one that a guest has taken over may put a link, a pipe
// or a file without end there.

/** The directory that a network's dnsmasq may write to, and its file of leases in it. */
export const leaseFileOf = (network: string) =>
  ({ directory: `${KEPT}/${network}`, file: 'leases' }) as const;

/** In bytes: some 50 000 leases. */
const MOST = 4 * 1024 ** 2;

/**
 * The text of a network's file of leases.
 * @returns undefined where there is none; `other` where it is nothing that dnsmasq makes by itself
 */
export async function readLeaseFile(
  host: Host,
  network: string,
): Promise<{ readonly text: string } | 'other' | undefined> {
  const { directory, file } = leaseFileOf(network);
  const found = await host.readInside(directory, file, MOST);
  return found === undefined || found === 'other' ? found : { text: decodeText(found.bytes) };
}

/** The same for those who only look: what isn't such a file has no leases, and keeps nobody from the other networks. */
export async function readLeaseText(host: Host, network: string): Promise<string> {
  const found = await readLeaseFile(host, network);
  return found === undefined || found === 'other' ? '' : found.text;
}
