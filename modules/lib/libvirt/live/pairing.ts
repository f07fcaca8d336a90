import type { Element } from '../../xml/element.ts';
import { type Key, type Pairing, pairItems } from '../../xml/pair.ts';
import { deviceRule } from '../identity.ts';
import { DEVICE_CLASSES } from './classes.ts';

const ADDRESSES: readonly Key[] = [
  ['domain', 'bus', 'slot', 'function'],
  ['bus', 'port'],
  ['slot'],
  ['port'],
].map((names) => ['type', ...names].map((name) => `address/@${name}`));

/**
 * Finds the definition of each live device of one class. Of what can be plugged, one that can't be told to be the same is
 * another, that comes or goes; of the rest it is the same with something changed. Devices without a key of their own are
 * known by their place.
 */
export function pairDevices(name: string, live: readonly Element[], persistent: readonly Element[]): Pairing {
  const loose = DEVICE_CLASSES[name]?.plug ? {} : { loose: [] };
  const { own, keys, ordinal } = deviceRule(name) ?? { keys: [], ordinal: [] };
  const places = keys.length > 1 ? [] : ADDRESSES.map((address) => [...ordinal, ...address]);
  const rule = { ...(own ? { own } : {}), keys: [...keys, ...places], ordinal, ...loose };
  return pairItems(live, persistent, rule);
}
