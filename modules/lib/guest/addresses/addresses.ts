import type { Host } from '../../host/host.ts';
import { askAgents, libvirtLeases, readLeases, readNeighbours } from './ask.ts';
import type { Found } from './found.ts';
import { askKernel } from './kernel.ts';
import { addressesIn, type Pairs } from './merge.ts';
import type { HowToAsk, Sought } from './sought.ts';

/**
 * The addresses of running guests: those that DHCP has leased; those that the kernel has for the interfaces of a container, or that the
 * guest's agent tells if there is an interface without a lease; and those of neighbours of this host. Nothing is sent to a guest but the
 * question to its agent. What a guest tells or sets is no proof: it may have any address that no lease gives to another.
 * @returns for each name what was found, the best first; empty where nothing was
 * @throws Failure when leases or neighbours can't be read. An agent that doesn't answer is no error.
 */
export const addressesOf = async (
  host: Host,
  domains: readonly Sought[],
  how: HowToAsk,
): Promise<Map<string, Found[]>> => addressesIn(domains, await askSources(host, domains, how));

/** The same for the guests of several connections, each list by itself, since two guests may have one name. The sources are read once. */
export async function addressesOfEach(
  host: Host,
  lists: readonly (readonly Sought[])[],
  how: HowToAsk,
): Promise<Map<string, Found[]>[]> {
  const sources = await askSources(host, lists.flat(), how);
  return lists.map((domains) => addressesIn(domains, sources));
}

/** What all sources have of running guests; see addressesOf. */
export async function askSources(host: Host, domains: readonly Sought[], how: HowToAsk): Promise<Pairs> {
  const asked = domains.filter(({ macs }) => macs.length > 0);
  if (asked.length === 0) return { leases: [], agents: new Map(), neighbours: [] };
  const containers = asked.filter(({ controller }) => controller !== undefined);
  const others = asked.filter(({ controller }) => controller === undefined);
  const [ours, libvirts, neighbours, kernel] = await Promise.all([
    readLeases(host),
    libvirtLeases(
      host,
      others.filter(({ inNetwork = true }) => inNetwork),
      how.uri,
    ),
    readNeighbours(host),
    askKernel(host, containers),
  ]);
  const leases = [...ours, ...libvirts];
  const leased = new Set(leases.map(({ mac }) => mac));
  const silent = others.filter(
    ({ macs, agent }) => agent && macs.some((mac) => !leased.has(mac.toLowerCase())),
  );
  return { leases, agents: await askAgents(host, silent, how), kernel, neighbours };
}
