import type { Host } from '../../host/host.ts';
import { outcomesOf } from './wait.ts';

// Seconds: a guest that has run for long is no more unknown than another one.
const TIMEOUT = 24 * 60 * 60;

/**
 * Whether cloud-init is done in guests, as far as this host can tell now. It waits for nothing but the answers of agents.
 * @param names of running domains
 * @returns pairs of name and answer; none for a guest of which nothing on the host can tell
 */
export async function readyNow(
  host: Host,
  uri: string,
  names: readonly string[],
): Promise<(readonly [string, boolean])[]> {
  const guests = names.map((name) => ({
    ...{ name, uri, goal: 'cloud_init' as const, timeout: TIMEOUT, port: 0, nics: [] },
  }));
  const outcomes = await outcomesOf(host, guests);
  return names.flatMap((name, i) => {
    const outcome = outcomes[i];
    if (outcome?.problem?.kind === 'unknown' || outcome?.isUntold) return [];
    return [[name, outcome !== undefined && outcome.problem === undefined] as const];
  });
}
