import type { Element } from '../../xml/element.ts';
import { type Key, type Pairing, pairItems } from '../../xml/pair.ts';
import { deviceRule } from '../identity.ts';

const ADDRESSES: readonly Key[] = [
  ['domain', 'bus', 'slot', 'function'],
  ['bus', 'port'],
  ['slot'],
  ['port'],
].map((names) => ['type', ...names].map((name) => `address/@${name}`));

/**
 * Finds the definition of each live device of one class. Unlike two definitions, a guest and its definition never have
 * one device in place of another: one that can't be told to be the same is another. Devices without a key of their own
 * are known by their place.
 */
export function pairDevices(name: string, live: readonly Element[], persistent: readonly Element[]): Pairing {
  const rule = deviceRule(name);
  if (!rule) return pairItems(live, persistent, { keys: [], ordinal: [] });
  const { own, keys, ordinal } = rule;
  const places = keys.length > 1 ? [] : ADDRESSES.map((address) => [...ordinal, ...address]);
  return pairItems(live, persistent, { ...(own ? { own } : {}), keys: [...keys, ...places], ordinal });
}
