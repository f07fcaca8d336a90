import type { Host } from '../../host/host.ts';
import { type Element, valueAt } from '../../xml/element.ts';
import { devicesOf } from '../devices.ts';
import { type Domain, readAllDomains } from '../read.ts';

/** A domain with a NIC on a network of libvirt's. */
export interface NetworkUser {
  readonly name: string;
  /** Its guest runs with such a NIC. */
  readonly running: boolean;
}

// Of a running guest, libvirt reports a type that the network leads to (`bridge`), and the network beside it.
const networksOf = (definition: Element | undefined): Set<string> =>
  new Set(devicesOf(definition, 'interface').flatMap((nic) => valueAt(nic, 'source/@network') ?? []));

/** The domains that use a network, sorted by name. */
export const usersOf = (domains: readonly Domain[], network: string): NetworkUser[] =>
  domains
    .flatMap(({ name, definition, live }) => {
      const running = networksOf(live).has(network);
      return running || networksOf(definition).has(network) ? [{ name, running }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The domains that use each of some networks: two processes. @throws Failure when libvirt can't be reached */
export async function readNetworkUsers(
  host: Host,
  uri: string,
  networks: readonly string[],
): Promise<ReadonlyMap<string, readonly NetworkUser[]>> {
  const domains = networks.length > 0 ? await readAllDomains(host, uri) : [];
  return new Map(networks.map((network) => [network, usersOf(domains, network)]));
}
