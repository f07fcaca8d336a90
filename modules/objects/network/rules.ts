import { type Host, readText } from '../../lib/host/host.ts';
import { onceForEach } from '../../lib/host/once.ts';
import type { Link } from '../../lib/link/observe.ts';
import { rulesetOf, TABLE } from '../../lib/nftables/ruleset.ts';
import { loadRules, RULES_FILE } from '../../lib/nftables/table.ts';
import { filteredNetworks } from './filtered.ts';
import { type KnownNetwork, readNetworks } from './record.ts';

/** The interfaces of the default routes of IPv4 and IPv6, each with the smallest metric. A tunnel may have that of IPv6. */
export function uplinksIn(links: ReadonlyMap<string, Link>): string[] {
  const found = [...links].flatMap(([name, { routes, leased }]) =>
    [...routes, ...leased.routes]
      .filter(({ to, via }) => to.prefix === 0 && via !== undefined)
      .map(({ to, metric = 0 }) => ({ name, family: to.family, metric })),
  );
  found.sort((a, b) => a.metric - b.metric);
  const best = ([4, 6] as const).flatMap((family) => found.find((one) => one.family === family)?.name ?? []);
  return [...new Set(best)];
}

/** The rules of all networks; undefined for none. */
export const textOf = onceForEach((known: ReadonlyMap<string, KnownNetwork>): string | undefined => {
  const networks = filteredNetworks(known);
  return networks.length > 0 ? rulesetOf(networks) : undefined;
});

/** The rules of all networks, in titles. */
export const RULES_TITLE = `table inet ${TABLE}`;

/** Whether the host's rules are not those of its networks, as a killed run leaves them. */
export const areRulesStale = async (host: Host, known: ReadonlyMap<string, KnownNetwork>): Promise<boolean> =>
  (await readText(host, RULES_FILE)) !== textOf(known);

const LOCK = '/run/piecewise-cloud-networks.lock';

/** Seconds that a run waits for another one's rules. */
const PATIENCE = 60;

/**
 * Reads the records of all networks and makes something of them, while no other run does. Otherwise the run that has read them first may
 * write last, and what it writes lacks the other one's network.
 * @throws Failure where another run takes too long
 */
export const whileAlone = <T>(host: Host, act: () => Promise<T>): Promise<T> =>
  host.withLock(LOCK, PATIENCE, act);

/** Renders the rules of all networks anew, from their records, and loads them, within `whileAlone`. @returns undefined for none */
export async function loadRulesOf(host: Host): Promise<string | undefined> {
  const text = textOf(await readNetworks(host));
  if (text !== undefined) await loadRules(host, text);
  return text;
}
