import { dirname } from 'node:path/posix';
import { TEMPLATE } from '../../lib/dnsmasq/unit.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import { readLinks } from '../../lib/link/observe.ts';
import {
  afterForwarding,
  applyForwarding,
  type Forwarding,
  type ForwardingStep,
  planForwarding,
  readForwarding,
} from '../../lib/nftables/forwarding.ts';
import { readNat } from '../../lib/nftables/others.ts';
import { forwards } from '../../lib/nftables/rules.ts';
import { AFTER_FLUSH, AFTER_FLUSH_TEXT, RULES_UNIT, RULES_UNIT_TEXT } from '../../lib/nftables/table.ts';
import { UNIT_DIRECTORY, type Unit } from '../../lib/systemd/units.ts';
import { filteredNetworks, needsUplink } from './filtered.ts';
import { type Network, networkOf } from './network-of.ts';
import type { NetworkOptions } from './options.ts';
import { type KnownNetwork, recordText } from './record.ts';
import { textOf, uplinksIn } from './rules.ts';
import { isServed, UNIT_TEXT } from './served.ts';

// What all networks of a host share: the template of their servers' units, the unit that loads the rules, and the kernel's
// switches. The first item of a task that needs it makes it, and the last one that needed it removes it.

type Known = ReadonlyMap<string, KnownNetwork>;

/** The network that an item declares; one that is removed is known by its record. */
export const declaredBy = (item: NetworkOptions): Network | undefined =>
  item.state === 'absent' ? undefined : networkOf(item);

/** Whether a network is as it was recorded. */
const isKnown = (network: Network, uplinks: readonly string[], former: KnownNetwork): boolean =>
  recordText(network.options, []) === recordText(former.network.options, []) &&
  (!needsUplink(network) || uplinks.join() === former.uplinks.join());

/** The networks of the host as an item leaves them: the same ones where it changes nothing, so that nothing is made of them twice. */
export function withItem(known: Known, item: NetworkOptions, uplinks: readonly string[]): Known {
  const network = declaredBy(item);
  const former = known.get(item.name);
  const all = item.uplink === undefined ? uplinks : [item.uplink];
  if (network ? former && isKnown(network, all, former) : !former) return known;
  const after = new Map(known);
  if (network) after.set(item.name, { engine: 'local', network, uplinks: all, guests: former?.guests ?? [] });
  else after.delete(item.name);
  return after;
}

/** The interfaces to the outside that some networks use. */
export const uplinksOf = (
  known: ReadonlyMap<string, KnownNetwork>,
  items: readonly NetworkOptions[],
  uplinks: readonly string[],
): string[] => [
  ...new Set([
    ...uplinks,
    ...items.flatMap((item) => item.uplink ?? []),
    ...[...known.values()].flatMap((one) => one.uplinks),
  ]),
];

/** The files of units that some networks need; undefined for those that they don't. */
export function sharedFiles(known: Known): Map<string, string | undefined> {
  const serves = [...known.values()].some(({ network }) => isServed(network));
  const filters = textOf(known) !== undefined;
  return new Map([
    [`${UNIT_DIRECTORY}/${TEMPLATE}`, serves ? UNIT_TEXT : undefined],
    [`${UNIT_DIRECTORY}/${RULES_UNIT}`, filters ? RULES_UNIT_TEXT : undefined],
    [`${UNIT_DIRECTORY}/${AFTER_FLUSH}`, filters ? AFTER_FLUSH_TEXT : undefined],
  ]);
}

/** The families that the host has to forward for some networks. */
function familiesOf(known: Known): Set<4 | 6> {
  const networks = filteredNetworks(known);
  return new Set(([4, 6] as const).filter((family) => networks.some((network) => forwards(network, family))));
}

/** The step that gives the host the switches that some networks need; undefined if it has them. */
export const switchesOf = (
  known: Known,
  forwarding: Forwarding,
  uplinks: readonly string[],
): ForwardingStep | undefined => planForwarding(forwarding, familiesOf(known), uplinksOf(known, [], uplinks));

/** What an item of a task leaves to the next one. */
export interface Left {
  readonly known: Known;
  readonly files: ReadonlyMap<string, string>;
  readonly forwarding: Forwarding;
  readonly unit: (name: string) => Unit;
}

/** Pure. @param after the networks of the host as the item leaves them */
export function leftBy(before: Left, after: Known, uplinks: readonly string[]): Left {
  const step = switchesOf(after, before.forwarding, uplinks);
  const files = new Map(before.files);
  for (const [path, text] of sharedFiles(after)) {
    if (text === undefined) files.delete(path);
    else files.set(path, text);
  }
  const loads = textOf(after) !== undefined;
  const rules = { active: loads, enabled: loads, stale: false };
  return {
    known: after,
    files,
    forwarding: step ? afterForwarding(before.forwarding, step) : before.forwarding,
    unit: (name) => (name === RULES_UNIT ? rules : before.unit(name)),
  };
}

/**
 * Gives the host what all its networks share, whatever an earlier item of the task should have made and has not.
 * @throws Failure
 */
export async function applyShared(host: Host, known: Known): Promise<void> {
  let stale = false;
  for (const [path, text] of sharedFiles(known)) {
    if (text === undefined || (await readText(host, path)) === text) continue;
    await host.makeDirectory(dirname(path));
    await host.write(path, text, { mode: 0o644 });
    stale = true;
  }
  if (stale) await runOrFail(host, 'systemctl', ['daemon-reload']);
  // As the plan read them: those of the host count for what routes by IPv6 too.
  const uplinks = uplinksIn(await readLinks(host));
  const forwarding = await readForwarding(host, uplinksOf(known, [], uplinks), await readNat(host));
  const step = switchesOf(known, forwarding, uplinks);
  if (step) await applyForwarding(host, step);
}
