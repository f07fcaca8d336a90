import type { Host } from '../../lib/host/host.ts';
import type { Link } from '../../lib/link/observe.ts';
import { rulesetOf } from '../../lib/nftables/ruleset.ts';
import { loadRules } from '../../lib/nftables/table.ts';
import { filteredNetworks } from './filtered.ts';
import { type KnownNetwork, readNetworks } from './record.ts';

/** The interface of a default route, IPv4's first, with the smallest metric. */
export function uplinkOf(links: ReadonlyMap<string, Link>): string | undefined {
  const found = [...links].flatMap(([name, { routes, leased }]) =>
    [...routes, ...leased.routes]
      .filter(({ to, via }) => to.prefix === 0 && via !== undefined)
      .map(({ to, metric = 0 }) => ({ name, family: to.family, metric })),
  );
  found.sort((a, b) => a.family - b.family || a.metric - b.metric);
  return found[0]?.name;
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
