import { dirname } from 'node:path/posix';
import { dropIn, TEMPLATE, unitOf } from '../../lib/dnsmasq/unit.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { type MissingProgram, missingPrograms } from '../../lib/host/programs.ts';
import type { Link } from '../../lib/link/observe.ts';
import { readLinks } from '../../lib/link/observe.ts';
import { type Forwarding, readForwarding } from '../../lib/nftables/forwarding.ts';
import { AFTER_FLUSH, RULES_UNIT, type RulesState, readRules } from '../../lib/nftables/table.ts';
import { readUnits, UNIT_DIRECTORY, type Unit } from '../../lib/systemd/units.ts';
import type { State as TopologyState } from '../topology/observe.ts';
import { topology } from '../topology/topology.ts';
import { readLeases } from './leases.ts';
import { type LibvirtSeen, observeLibvirt } from './libvirt.ts';
import { DIRECTORY, filesOf } from './names.ts';
import type { NetworkOptions } from './options.ts';
import { areUnchanged, topologyOf } from './port.ts';
import { type KnownNetwork, readNetworks } from './record.ts';
import { RESOLVED, readResolved } from './resolved.ts';
import { uplinksIn } from './rules.ts';
import { dnsmasqText, hostDomain, isServed } from './served.ts';
import { declaredBy, type Left, leftBy, uplinksOf, withItem } from './shared.ts';
import { readTaken, type Taken } from './taken.ts';

const DNSMASQ = '/usr/sbin/dnsmasq';

/** What the host has that all networks share. */
export interface Shared {
  readonly topology: TopologyState | Error;
  /** The ports of all items are as they should be. */
  readonly unchanged: boolean;
  readonly links: ReadonlyMap<string, Link>;
  /** The interfaces of the default routes. */
  readonly uplinks: readonly string[];
  readonly rules: RulesState | undefined;
  readonly forwarding: Forwarding;
  readonly unit: (name: string) => Unit;
  /** Texts of files, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly missing: readonly MissingProgram[];
  /** At which sockets programs listen, where that matters. */
  readonly taken: readonly Taken[];
  /** The domains that the host's resolver asks by each interface; undefined where none runs, or none matters. */
  readonly resolved: ReadonlyMap<string, readonly string[]> | undefined;
}

/** What a network's plan depends on. */
export interface State extends Shared {
  /** The networks of the host, as the items before this one leave them. */
  readonly known: ReadonlyMap<string, KnownNetwork>;
  /** As it was declared by an earlier task. */
  readonly former: KnownNetwork | undefined;
  readonly leased: readonly string[];
  /** What libvirt has of it; undefined where it needn't be asked. */
  readonly libvirt: LibvirtSeen | undefined;
  /** Why dnsmasq refuses the network's new configuration. */
  readonly refused: string | undefined;
  /** Empty directories are left of networks, by a run that was killed as it removed the last one. */
  readonly emptied: boolean;
  /** It is the first item of the task. */
  readonly first: boolean;
  /** The networks of the host before the task. */
  readonly stored: ReadonlyMap<string, KnownNetwork>;
  /** The networks of the host as this item leaves them, and as the whole task does. */
  readonly after: ReadonlyMap<string, KnownNetwork>;
  readonly final: ReadonlyMap<string, KnownNetwork>;
  /** The names of all items of the task. */
  readonly declared: ReadonlySet<string>;
}

function pathsOf(name: string): string[] {
  const { record, config } = filesOf(name);
  return [record, config, `${UNIT_DIRECTORY}/${dropIn(name)}`];
}

async function readShared(
  host: Host,
  items: readonly NetworkOptions[],
  known: ReadonlyMap<string, KnownNetwork>,
): Promise<Shared> {
  const networks = items.flatMap((item) => declaredBy(item) ?? []);
  const formers = items.flatMap(({ name }) => known.get(name)?.network ?? []);
  // One of another name, or of a network that is removed.
  const others = formers.filter((former) => !networks.some((one) => one.interface === former.interface));
  const ports = [...networks, ...others].map((network) => ({ network, state: 'present' as const }));
  const paths = [
    ...items.flatMap(({ name }) => pathsOf(name)),
    `${UNIT_DIRECTORY}/${TEMPLATE}`,
    `${UNIT_DIRECTORY}/${RULES_UNIT}`,
    `${UNIT_DIRECTORY}/${AFTER_FLUSH}`,
  ];
  const connection = items[0] as NetworkOptions;
  const serves = networks.some(isServed);
  const missing = await missingPrograms(host, [
    ...(networks.length > 0 ? ['nft'] : []),
    ...(serves ? [DNSMASQ] : []),
  ]);
  const hasNft = !missing.some(({ program }) => program === 'nft');
  const [[seen], rules, unit, texts] = await Promise.all([
    topology.observe(host, [topologyOf(ports, connection)]),
    hasNft ? readRules(host) : undefined,
    readUnits(host, [RULES_UNIT, RESOLVED, ...items.map(({ name }) => unitOf(name))]),
    Promise.all(paths.map(async (path) => [path, await readText(host, path)] as const)),
  ]);
  // The topology has read them already, if it has to do with addresses.
  const links = (seen instanceof Error ? undefined : seen?.net?.links) ?? (await readLinks(host));
  const uplinks = uplinksIn(links);
  const forwarding = await readForwarding(
    host,
    uplinksOf(known, items, uplinks),
    rules?.others.nat ?? new Set(),
  );
  const files = new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
  const all = items.reduce<typeof known>((before, item) => withItem(before, item, uplinks), known);
  const starts = networks.some(
    (network) =>
      network.options.forwards.length > 0 ||
      (isServed(network) &&
        (!unit(unitOf(network.name)).active ||
          files.get(filesOf(network.name).config) !== dnsmasqText(network, all))),
  );
  const asks = unit(RESOLVED).active && networks.some((network) => hostDomain(network) !== undefined);
  return {
    topology: seen ?? new Error('no topology'),
    unchanged: others.length === 0 && areUnchanged(networks, connection, seen),
    links,
    uplinks,
    rules,
    forwarding,
    unit,
    files,
    missing,
    taken: starts ? await readTaken(host) : [],
    resolved: asks ? await readResolved(host) : undefined,
  };
}

/** Has dnsmasq judge a configuration that is to be written, before anything is changed. */
async function refusedConfig(
  host: Host,
  name: string,
  { files, missing }: Shared,
  known: ReadonlyMap<string, KnownNetwork>,
): Promise<string | undefined> {
  const network = known.get(name)?.network;
  if (!network || !isServed(network) || missing.some(({ program }) => program === DNSMASQ)) return undefined;
  const input = dnsmasqText(network, known);
  if (files.get(filesOf(name).config) === input) return undefined;
  const { code, stderr } = await host.run(DNSMASQ, ['--test', '--conf-file=-'], { input });
  return code === 0 ? undefined : stderr.trim().replace(/^dnsmasq: /, '');
}

async function isEmptied(host: Host): Promise<boolean> {
  if (await host.stat(DIRECTORY)) return (await host.list(DIRECTORY)).length === 0;
  const parent = dirname(DIRECTORY);
  return (await host.stat(parent)) !== undefined && (await host.list(parent)).length === 0;
}

/** Reads what the plans of some networks depend on. @throws Failure */
export async function observe(host: Host, items: readonly NetworkOptions[]): Promise<State[]> {
  const declared = new Set(items.map(({ name }) => name));
  const stored = await readNetworks(host, items);
  const leases = await Promise.all(
    items.map((item) => (item.dhcp && item.state === 'present' ? readLeases(host, item.name) : [])),
  );
  const [shared, libvirt] = await Promise.all([
    readShared(host, items, stored),
    observeLibvirt(host, items, stored),
  ]);
  const emptied = stored.size === 0 && (await isEmptied(host));
  const { uplinks } = shared;
  const all = items.reduce<ReadonlyMap<string, KnownNetwork>>(
    (known, item) => withItem(known, item, uplinks),
    stored,
  );
  let left: Left = { known: stored, files: shared.files, forwarding: shared.forwarding, unit: shared.unit };
  const refused = await Promise.all(items.map((item) => refusedConfig(host, item.name, shared, all)));
  return items.map((item, i) => {
    const after = withItem(left.known, item, uplinks);
    const state = {
      ...shared,
      ...left,
      after,
      final: all,
      declared,
      former: stored.get(item.name),
      stored,
      leased: leases[i] ?? [],
      libvirt: libvirt.get(item.name),
      refused: refused[i],
      emptied,
      first: i === 0,
    };
    left = leftBy(left, after, uplinks);
    return state;
  });
}
