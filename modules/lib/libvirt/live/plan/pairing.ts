import type { Element } from '../../../xml/element.ts';
import { type Key, type Pairing, pairItems } from '../../../xml/pair.ts';
import { deviceRule } from '../../identity.ts';
import type { DeviceClasses } from './classes.ts';

const ADDRESSES: readonly Key[] = [
  ['domain', 'bus', 'slot', 'function'],
  ['bus', 'port'],
  ['slot'],
  ['port'],
].map((names) => ['type', ...names].map((name) => `address/@${name}`));

/**
 * Finds the definition of each live device of one class. Devices without an identity key are matched by their address. A
 * hotpluggable device without a match is attached or detached; of a class that isn't hotpluggable any live device
 * matches any definition that is left, so that the difference is shown.
 */
export function pairDevices(
  classes: DeviceClasses,
  name: string,
  live: readonly Element[],
  persistent: readonly Element[],
): Pairing {
  const fallback = classes[name]?.hotplug ? {} : { fallback: [] };
  const { identity, keys, ordinal } = deviceRule(name) ?? { keys: [], ordinal: [] };
  const addresses = keys.length > 1 ? [] : ADDRESSES.map((address) => [...ordinal, ...address]);
  const rule = { ...(identity ? { identity } : {}), keys: [...keys, ...addresses], ordinal, ...fallback };
  return pairItems(live, persistent, rule);
}
