import { Failure } from '../../failure.ts';
import type { StringMap } from '../../ovsdb/types.ts';

/** The key of external_ids that remembers which keys of a row's maps earlier tasks set, as JSON. */
export const KEYS = 'piecewise-keys';

/** The key of external_ids with the owner of the task that created the row. */
export const OWNER = 'piecewise-owner';

/** The key of a port's external_ids with the bridge that has taken the addresses of this NIC. */
export const TAKEN = 'piecewise-taken';

/** The prefix of the keys of a fake bridge's external_ids, which are in its port's row: ovs-vsctl(8). */
export const FAKE_PREFIX = 'fake-bridge-';

/** By column, the keys that earlier tasks set. */
export type ManagedKeys = Readonly<Record<string, readonly string[]>>;

const isOurs = (key: string) => key.startsWith('piecewise-');

/** external_ids without our own keys. */
export const withoutOurs = (externalIds: StringMap): StringMap =>
  Object.fromEntries(Object.entries(externalIds).filter(([key]) => !isOurs(key)));

// libvirt's and OVN's names for a guest's port.
const GUEST = ['iface-id', 'attached-mac', 'vm-id', 'vm-uuid'];

// Those, and all that netplan keeps.
const FOREIGN = new RegExp(`^(${GUEST.join('|')}|iface-id-ver|iface-status|netplan(/.*)?)$`);

/** Whether an interface is that of a guest, by its external_ids. */
export const isOfGuest = (externalIds: StringMap): boolean =>
  GUEST.some((key) => Object.hasOwn(externalIds, key));

/** The keys of a row's maps that earlier tasks set, from its external_ids. */
export function managedKeys(externalIds: StringMap): ManagedKeys {
  try {
    return JSON.parse(externalIds[KEYS] ?? '{}') as ManagedKeys;
  } catch {
    return {};
  }
}

/** external_ids with that record in it. */
export function withManagedKeys(externalIds: StringMap, keys: ManagedKeys): StringMap {
  const { [KEYS]: _, ...others } = externalIds;
  const kept = Object.entries(keys).filter(([, names]) => names.length > 0);
  return kept.length === 0 ? others : { ...others, [KEYS]: JSON.stringify(Object.fromEntries(kept)) };
}

export interface MapPlan {
  readonly next: StringMap;
  readonly owned: readonly string[];
  /** The keys that change, before and after. */
  readonly before: StringMap;
  readonly after: StringMap;
}

const pick = (map: StringMap, keys: readonly string[]): StringMap =>
  Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(map, key) ? [[key, map[key] ?? '']] : [])));

/** @throws Failure when a given key is reserved, or set by another program */
function refuseReserved(given: StringMap, current: StringMap, owned: readonly string[]): void {
  for (const [key, value] of Object.entries(given)) {
    if (isOurs(key)) throw new Failure(`the key '${key}' is reserved for piecewise.cloud`);
    const taken = FOREIGN.test(key) && Object.hasOwn(current, key) && !owned.includes(key);
    if (taken && current[key] !== value) {
      throw new Failure(
        `the key '${key}' belongs to another program, which has set it to '${current[key]}': leave it out`,
      );
    }
  }
}

/**
 * Plans a map column: the keys that earlier tasks set become exactly what is given, and the keys of others are kept.
 * A key that already has the given value is not recorded as set by a task.
 * @param owned the keys that earlier tasks set
 * @returns undefined when nothing changes
 * @throws Failure when a given key is reserved
 */
export function planMap(given: StringMap, current: StringMap, owned: readonly string[]): MapPlan | undefined {
  refuseReserved(given, current, owned);
  const set = Object.keys(given).filter((key) => current[key] !== given[key]);
  const removed = owned.filter((key) => !Object.hasOwn(given, key) && Object.hasOwn(current, key));
  if (set.length === 0 && removed.length === 0) return undefined;
  const kept = Object.entries(current).filter(([key]) => !removed.includes(key));
  const changed = [...new Set([...removed, ...set])].sort();
  return {
    next: { ...Object.fromEntries(kept), ...pick(given, set) },
    owned: [...new Set([...owned.filter((key) => Object.hasOwn(given, key)), ...set])].sort(),
    before: pick(current, changed),
    after: pick(given, changed),
  };
}
