import { KEYS, OWNER } from '../ovs/rows/maps.ts';
import type { StringMap } from '../ovsdb/types.ts';
import type { DesiredRow } from './desired.ts';

// What external_ids of a row of ours have: by them it is found again, whatever else it consists of.

/** The key with the row's name among those of its owner. */
export const NAME = 'piecewise-name';

/** The key with what the variables say, as JSON. */
export const DECLARED = 'piecewise-declared';

/** What all our keys begin with. */
export const PREFIX = 'piecewise-';

/** The keys that a row of ours has. */
export const idsOf = ({ name, ids = {}, declared }: DesiredRow, owner: string): StringMap => ({
  [OWNER]: owner,
  [NAME]: name,
  ...Object.fromEntries(Object.entries(ids).map(([key, value]) => [`${PREFIX}${key}`, value])),
  ...(declared ? { [DECLARED]: JSON.stringify(declared) } : {}),
});

/** external_ids with these keys of ours and no others of ours, but the record of the keys of maps. */
export function withIds(current: StringMap, ours: StringMap): StringMap {
  const kept = Object.entries(current).filter(([key]) => !key.startsWith(PREFIX) || key === KEYS);
  return { ...Object.fromEntries(kept), ...ours };
}

/** A key of ours, without its prefix. */
export const idOf = (externalIds: StringMap, key: string): string | undefined =>
  externalIds[`${PREFIX}${key}`];

/** What a row records of the variables; undefined where it can't be read. */
export function declaredIn(externalIds: StringMap): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(externalIds[DECLARED] ?? 'null');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
