import { Failure } from '../../failure.ts';
import type { StringMap } from '../types.ts';

/** The key of external_ids that remembers which keys of a row's maps earlier tasks set, as JSON. */
export const KEYS = 'piecewise-keys';

/** The key of external_ids that says which owner's task created the row. */
export const OWNER = 'piecewise-owner';

/** The prefix of the keys of a fake bridge's external_ids, which are in its port's row: ovs-vsctl(8). */
export const FAKE_PREFIX = 'fake-bridge-';

/** By column, the keys that earlier tasks set. */
export type OwnKeys = Readonly<Record<string, readonly string[]>>;

const isOurs = (key: string) => key.startsWith('piecewise-');

/** external_ids without what is kept in it for ourselves. */
export const withoutOurs = (externalIds: StringMap): StringMap =>
  Object.fromEntries(Object.entries(externalIds).filter(([key]) => !isOurs(key)));

// libvirt's and OVN's names for a guest's port, and all that netplan keeps.
const FOREIGN = /^(iface-id|iface-id-ver|iface-status|attached-mac|vm-id|vm-uuid|netplan(\/.*)?)$/;

/** The keys of a row's maps that earlier tasks set, from its external_ids. */
export function ownKeys(externalIds: StringMap): OwnKeys {
  try {
    return JSON.parse(externalIds[KEYS] ?? '{}') as OwnKeys;
  } catch {
    return {};
  }
}

/** external_ids with that record in it. */
export function withOwnKeys(externalIds: StringMap, keys: OwnKeys): StringMap {
  const { [KEYS]: _, ...others } = externalIds;
  const kept = Object.entries(keys).filter(([, names]) => names.length > 0);
  return kept.length === 0 ? others : { ...others, [KEYS]: JSON.stringify(Object.fromEntries(kept)) };
}

export interface MapPlan {
  readonly next: StringMap;
  readonly owned: readonly string[];
  /** The keys that change, as they are and as they will be. */
  readonly before: StringMap;
  readonly after: StringMap;
}

const pick = (map: StringMap, keys: readonly string[]): StringMap =>
  Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(map, key) ? [[key, map[key] ?? '']] : [])));

/** @throws Failure when a given key isn't the task's to set */
function refuseReserved(given: StringMap, current: StringMap, owned: readonly string[]): void {
  for (const [key, value] of Object.entries(given)) {
    if (isOurs(key)) throw new Failure(`the key '${key}' is kept by piecewise.cloud for itself`);
    const taken = FOREIGN.test(key) && Object.hasOwn(current, key) && !owned.includes(key);
    if (taken && current[key] !== value) {
      throw new Failure(`the key '${key}' was set to '${current[key]}' by the program that it belongs to`);
    }
  }
}

/**
 * What a map column has to become: exactly what is given for the keys that earlier tasks set, and as it is for
 * the keys of others. A key that is right already is not taken for ours.
 * @param owned the keys that earlier tasks set
 * @returns undefined when nothing changes
 * @throws Failure when a given key is reserved
 */
export function planMap(given: StringMap, current: StringMap, owned: readonly string[]): MapPlan | undefined {
  refuseReserved(given, current, owned);
  const set = Object.keys(given).filter((key) => current[key] !== given[key]);
  const gone = owned.filter((key) => !Object.hasOwn(given, key) && Object.hasOwn(current, key));
  if (set.length === 0 && gone.length === 0) return undefined;
  const kept = Object.entries(current).filter(([key]) => !gone.includes(key));
  const changed = [...new Set([...gone, ...set])].sort();
  return {
    next: { ...Object.fromEntries(kept), ...pick(given, set) },
    owned: [...new Set([...owned.filter((key) => Object.hasOwn(given, key)), ...set])].sort(),
    before: pick(current, changed),
    after: pick(given, changed),
  };
}
