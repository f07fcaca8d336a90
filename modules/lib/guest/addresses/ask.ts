import { readLeaseText } from '../../dnsmasq/kept.ts';
import { KEPT } from '../../dnsmasq/leases.ts';
import type { Host } from '../../host/host.ts';
import { inPool } from '../../host/pool.ts';
import { runOrFail } from '../../host/process.ts';
import { inBatches, quoted, virshBatch } from '../../libvirt/batch.ts';
import { unreachable } from '../../libvirt/read.ts';
import { connection } from '../../libvirt/virsh.ts';
import type { Pair } from './found.ts';
import type { Pairs } from './merge.ts';
import type { HowToAsk, Sought } from './sought.ts';
import { pairsOfDomain, pairsOfLeases, pairsOfNeighbours } from './sources.ts';

/** Milliseconds for a program that asks no guest. */
const READ_TIMEOUT = 60_000;

/** Milliseconds. */
const AGENT_TIMEOUT = 5000;

/** Agents that are asked at the same time. */
const AT_ONCE = 8;

/** The leases of our networks. */
export async function readLeases(host: Host): Promise<Pair[]> {
  const networks = await host.list(KEPT);
  const texts = await Promise.all(networks.map((name) => readLeaseText(host, name)));
  return texts.flatMap(pairsOfLeases);
}

/** The leases of libvirt's networks. A domain that is off, or is in none, has an error for output. */
export async function libvirtLeases(host: Host, domains: readonly Sought[], uri: string): Promise<Pair[]> {
  const outputs = await inBatches(domains, async (batch) => {
    const commands = batch.map(({ name }) => `domifaddr --full --source lease --domain ${quoted(name)}`);
    const { outputs: found, stderr } = await virshBatch(host, uri, commands);
    if (found.length === 0) throw unreachable(uri, stderr);
    return found.map(({ stdout }) => stdout);
  });
  return outputs.flatMap(pairsOfDomain);
}

/** The neighbours of this host: machines that it has exchanged packets with. */
export const readNeighbours = async (host: Host): Promise<Pair[]> =>
  pairsOfNeighbours(await runOrFail(host, 'ip', ['neighbour', 'show'], { timeout: READ_TIMEOUT }));

/** What agents tell, by the domain's name. */
export async function askAgents(
  host: Host,
  domains: readonly Sought[],
  how: HowToAsk,
): Promise<Pairs['agents']> {
  const left = domains.filter(({ name }) => !how.hung?.has(name));
  return new Map(
    await inPool(AT_ONCE, left, async (one) => [one.name, await askAgent(host, one, how)] as const),
  );
}

// In a process of its own, since libvirt waits for a guest that doesn't answer without an end. `guest-agent-timeout` would
// change that for other programs too, and `qemu-agent-command` marks the domain as tainted. A worker of libvirt's waits on, so that a
// guest is asked only once in vain.
async function askAgent(
  host: Host,
  { name }: Sought,
  { uri, agentTimeout = AGENT_TIMEOUT, hung }: HowToAsk,
): Promise<Pair[]> {
  const args = [...connection(uri), 'domifaddr', '--full', '--source', 'agent', '--domain', name];
  const answer = await host.run('virsh', args, { timeout: agentTimeout }).catch(() => undefined);
  if (!answer) hung?.add(name);
  return answer?.code === 0 ? pairsOfDomain(answer.stdout) : [];
}
