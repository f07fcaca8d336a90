import { OptionError } from '../../lib/failure.ts';
import type { CloudOptions, GroupEntry, HypervisorEntry, NetworkEntry, UplinkEntry } from './options.ts';

/** An entry of a list, with its path. */
export interface Entry<T> {
  readonly at: string;
  readonly entry: T;
}

/** A task's lists, in which each entry is found by its name. */
export interface Entries {
  readonly networks: ReadonlyMap<string, Entry<NetworkEntry>>;
  readonly uplinks: ReadonlyMap<string, Entry<UplinkEntry>>;
  readonly groups: ReadonlyMap<string, Entry<GroupEntry>>;
  readonly hypervisors: ReadonlyMap<string, Entry<HypervisorEntry>>;
}

/** @throws OptionError for the second entry of a name */
function byName<T extends { readonly name: string }>(option: string, list: readonly T[]) {
  const found = new Map<string, Entry<T>>();
  list.forEach((entry, i) => {
    const other = found.get(entry.name);
    if (other) throw new OptionError(`${option}[${i}].name`, `'${entry.name}' is in ${other.at} already`);
    found.set(entry.name, { at: `${option}[${i}]`, entry });
  });
  return found;
}

/** @throws OptionError for two entries of one name */
export function entriesOf(options: CloudOptions): Entries {
  const networks = byName('networks', options.networks);
  for (const [name, { entry }] of networks) if (entry.engine === 'local') networks.delete(name);
  return {
    networks,
    uplinks: byName('uplinks', options.uplinks),
    groups: byName('security_groups', options.security_groups),
    hypervisors: byName('hypervisors', options.hypervisors),
  };
}

/** The entries that are to be. */
export const present = <T extends { readonly state: string }>(
  entries: ReadonlyMap<string, Entry<T>>,
): Entry<T>[] => [...entries.values()].filter(({ entry }) => entry.state === 'present');

/** The names of the hypervisors that may be an uplink's gateway, the first one first, without those that are absent. */
export const gatewaysOf = ({ gateways }: UplinkEntry, { hypervisors }: Entries): string[] => {
  const names = present(hypervisors).map(({ entry }) => entry.name);
  return gateways?.filter((name) => names.includes(name)) ?? names;
};

/** @throws OptionError for a name that the list doesn't have, or has as absent */
export function requirePresent<T extends { readonly state: string }>(
  entries: ReadonlyMap<string, Entry<T>>,
  name: string,
  option: string,
  list: string,
): Entry<T> {
  const found = entries.get(name);
  if (found?.entry.state === 'present') return found;
  throw new OptionError(
    option,
    found
      ? `'${name}' has 'state: absent' in ${found.at}: leave it out here`
      : `'${name}' is not in '${list}': add it there, or leave it out here`,
  );
}
