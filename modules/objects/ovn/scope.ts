import { OptionError } from '../../lib/failure.ts';
import { type RowKey, rowKeys } from '../../lib/ovn/desired.ts';
import { idOf, NAME } from '../../lib/ovn/ids.ts';
import type { Index } from '../../lib/ovn/index.ts';
import type { StringMap } from '../../lib/ovsdb/types.ts';
import type { Entries, Entry } from './entries.ts';
import { knownNames } from './known.ts';

// Which rows of ours a task is about: those of all else it keeps as they are.

const HOLDERS = {
  network: (name: string): RowKey[] => [rowKeys.networkSwitch(name), rowKeys.router(name)],
  uplink: (name: string): RowKey[] => [rowKeys.uplinkSwitch(name), rowKeys.gateways(name)],
  group: (name: string): RowKey[] => [rowKeys.group(name)],
} as const;

type Kind = keyof typeof HOLDERS;

const WORDS = { network: 'network', uplink: 'uplink', group: 'security group' } as const;

/** What of earlier tasks is removed. */
export interface Scope {
  readonly removed: Readonly<Record<Kind, ReadonlySet<string>>>;
  readonly listed: Readonly<Record<Kind, ReadonlySet<string>>>;
  /** Whether the ports of a guest on a hypervisor are those of the task, and no others. */
  readonly isReplaced: (host: string, guest: string) => boolean;
  readonly warnings: readonly string[];
}

const describe = (foreign: Readonly<Record<string, number>>) =>
  Object.entries(foreign)
    .map(([column, count]) => `${count} in '${column}'`)
    .join(', ');

/** The networks that are kept and that have an uplink as their way out. */
function usersOf(index: Index, uplink: string, isKept: (network: string) => boolean): string[] {
  const group = index.find({ ...rowKeys.gateways(uplink), table: 'HA_Chassis_Group' });
  return index.northbound.Logical_Router_Port.flatMap((port) => {
    const [, network = '', what] = (port.external_ids[NAME] ?? '').split('/');
    const isIts = what === 'outside' && group !== undefined && port.ha_chassis_group.includes(group._uuid);
    return isIts && index.isOurs(port._uuid) && isKept(network) ? network : [];
  });
}

/** @param purge whether what isn't listed is removed @throws OptionError where others would lose something */
export function scopeOf(entries: Entries, index: Index, purge: boolean): Scope {
  const warnings: string[] = [];
  const foreignIn = (kind: Kind, name: string) =>
    HOLDERS[kind](name)
      .map((key) => describe(index.foreignIn(key)))
      .filter((text) => text !== '')
      .join(', ');
  const removedOf = (kind: Kind, list: ReadonlyMap<string, Entry<{ readonly state: string }>>) => {
    const removed = new Set<string>();
    for (const [name, { at, entry }] of list) {
      if (entry.state !== 'absent') continue;
      const foreign = foreignIn(kind, name);
      if (foreign)
        throw new OptionError(
          `${at}.state`,
          `the ${WORDS[kind]} '${name}' has rows that others have made (${foreign}), and they would be deleted with it: remove them first`,
        );
      removed.add(name);
    }
    for (const name of purge ? knownNames(index, kind) : []) {
      if (list.has(name)) continue;
      const foreign = foreignIn(kind, name);
      if (foreign)
        warnings.push(
          `the ${WORDS[kind]} '${name}' is kept, since it has rows that others have made: ${foreign}`,
        );
      else removed.add(name);
    }
    return removed;
  };
  const { networks, uplinks, groups } = entries;
  const removed = {
    network: removedOf('network', networks),
    uplink: removedOf('uplink', uplinks),
    group: removedOf('group', groups),
  };
  for (const uplink of [...removed.uplink]) {
    const [user] = usersOf(index, uplink, (name) => !networks.has(name) && !removed.network.has(name));
    if (user === undefined) continue;
    const given = uplinks.get(uplink);
    const problem = `the network '${user}' uses it, which is not in 'networks'`;
    if (given) throw new OptionError(`${given.at}.state`, `${problem}: add it there, without this uplink`);
    warnings.push(`the uplink '${uplink}' is kept, since ${problem}`);
    removed.uplink.delete(uplink);
  }
  return {
    removed,
    listed: {
      network: new Set(networks.keys()),
      uplink: new Set(uplinks.keys()),
      group: new Set(groups.keys()),
    },
    isReplaced: replacedBy(entries, purge),
    warnings,
  };
}

function replacedBy({ hypervisors }: Entries, purge: boolean): Scope['isReplaced'] {
  const guests = new Map(
    [...hypervisors.values()].map(({ entry: { name, state, guests: listed } }) => {
      const isWhole = state === 'absent' || (purge && listed !== undefined);
      return [name, isWhole ? undefined : new Set((listed ?? []).map((guest) => guest.name))] as const;
    }),
  );
  return (host, guest) => guests.has(host) && (guests.get(host)?.has(guest) ?? true);
}

/** Whether a row of ours that is not desired is removed. */
export const isRemoved =
  ({ removed, listed, isReplaced }: Scope, entries: Entries) =>
  (name: string, ids: StringMap): boolean => {
    const [kind = '', one = '', host = ''] = name.split('/');
    if (kind === 'port') {
      const [network = '', ofHost = '', guest = ''] = ['network', 'host', 'guest'].map((key) =>
        idOf(ids, key),
      );
      return removed.network.has(network) || isReplaced(ofHost, guest);
    }
    if (kind === 'leg') return removed.network.has(one) || isLegRemoved(entries, one, host);
    if (!(kind in HOLDERS)) return false;
    const of = kind as Kind;
    const peer = idOf(ids, 'peer');
    if (of === 'network' && peer !== undefined && removed.network.has(peer)) return true;
    if (removed[of].has(one)) return true;
    return listed[of].has(one) && (peer === undefined || listed.network.has(peer));
  };

function isLegRemoved({ networks, hypervisors }: Entries, network: string, host: string): boolean {
  const entry = networks.get(network)?.entry;
  if (!entry) return hypervisors.get(host)?.entry.state === 'absent';
  return !entry.host_port || hypervisors.get(host)?.entry.state === 'absent';
}
