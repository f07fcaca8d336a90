import type { Host } from '../../lib/host/host.ts';
import type { Link } from '../../lib/link/observe.ts';
import { rulesetOf } from '../../lib/nftables/ruleset.ts';
import { loadRules } from '../../lib/nftables/table.ts';
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

const texts = new WeakMap<ReadonlyMap<string, KnownNetwork>, string>();

/** The rules of all networks; undefined for none. Each set of networks is rendered once. */
export function textOf(known: ReadonlyMap<string, KnownNetwork>): string | undefined {
  const found = texts.get(known);
  if (found !== undefined) return found || undefined;
  const networks = filteredNetworks(known);
  const text = networks.length > 0 ? rulesetOf(networks) : '';
  texts.set(known, text);
  return text || undefined;
}

/** Renders the rules of all networks anew, from their records, and loads them. @returns undefined for none */
export async function loadRulesOf(host: Host): Promise<string | undefined> {
  const text = textOf(await readNetworks(host));
  if (text !== undefined) await loadRules(host, text);
  return text;
}
