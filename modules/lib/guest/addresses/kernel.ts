import type { Host } from '../../host/host.ts';
import { inPool } from '../../host/pool.ts';
import { processOf } from '../../libvirt/first-process.ts';
import type { Pair } from './found.ts';
import type { Sought } from './sought.ts';
import { pairsOfLinks } from './sources.ts';

/** Milliseconds. */
const TIMEOUT = 10_000;

/** Bytes of an answer: a guest may give its interfaces any number of addresses. */
const MOST = 4 * 1024 ** 2;

/** Containers that are asked about at the same time. */
const AT_ONCE = 8;

/**
 * The addresses of the interfaces of containers, by the domain's name: the kernel tells them in the network namespace of a container,
 * and no program of the container is run for that.
 * @param containers those with a `controller`
 */
export const askKernel = async (
  host: Host,
  containers: readonly Sought[],
): Promise<ReadonlyMap<string, readonly Pair[]>> =>
  new Map(await inPool(AT_ONCE, containers, async (one) => [one.name, await askFor(host, one)] as const));

// One that ends meanwhile has no addresses. Its number may be another process's then, whose interfaces have other MAC addresses.
async function askFor(host: Host, { controller = '' }: Sought): Promise<Pair[]> {
  const process = await processOf(host, controller);
  if (process === undefined) return [];
  const words = ['-t', process, '-n', 'ip', '-json', 'address'];
  const answer = await host.run('nsenter', words, { timeout: TIMEOUT, most: MOST }).catch(() => undefined);
  return answer?.code === 0 ? pairsOfLinks(answer.stdout) : [];
}
