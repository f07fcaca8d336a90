import { type Element, valueAt } from '../xml/element.ts';
import type { IdentityTable, Key } from '../xml/merge.ts';

const at =
  (...paths: string[]): Key =>
  (element: Element) => {
    const values = paths.map((path) => valueAt(element, path));
    return values.some((value) => value === undefined) ? undefined : values.join(' ');
  };

/** The same for items that may lack a value: the missing one is part of the key. */
const kind =
  (...paths: string[]): Key =>
  (element: Element) =>
    paths.map((path) => valueAt(element, path) ?? '').join(' ');

/** `ua-…`: the only aliases that are the user's own (formatdomain, "Devices"). */
const alias: Key = (element) => {
  const name = valueAt(element, 'alias/@name');
  return name?.startsWith('ua-') ? name : undefined;
};

/** MAC addresses are the same in any case. */
const mac: Key = (element) => valueAt(element, 'mac/@address')?.toLowerCase();

const source: Key = (element) =>
  ['bridge', 'network', 'dev', 'name', 'file']
    .map((name) => valueAt(element, `source/@${name}`))
    .find(Boolean);

/** By what a device without a key of its own is told from its like. */
const byKind = (...paths: string[]) => ({ keys: [alias], ordinal: kind('@type', ...paths) });

/**
 * How the items of a libvirt domain's repeated elements are matched: the `keys` of each, in their order. Source:
 * libvirt's formatdomain, where an element says what identifies it.
 */
export const DOMAIN_IDENTITY: IdentityTable = {
  'domain/devices/disk': { keys: [alias, at('target/@dev')], ordinal: kind('@device') },
  'domain/devices/interface': { own: mac, keys: [alias, at('target/@dev'), source], ordinal: kind('@type') },
  'domain/devices/controller': { keys: [alias, at('@type', '@index')], ordinal: kind('@type', '@model') },
  'domain/devices/serial': { keys: [alias, at('target/@port')], ordinal: kind() },
  'domain/devices/console': { keys: [alias, at('target/@port')], ordinal: kind() },
  'domain/devices/channel': { keys: [alias, at('target/@name')], ordinal: kind('@type', 'target/@type') },
  'domain/devices/filesystem': { keys: [alias, at('target/@dir')] },
  'domain/devices/graphics': { keys: [at('@type')] },
  'domain/devices/input': byKind('@bus'),
  'domain/devices/video': { keys: [alias], ordinal: kind() },
  'domain/devices/hostdev': byKind('@mode'),
  'domain/devices/redirdev': byKind('@bus'),
  'domain/devices/rng': { keys: [alias], ordinal: kind() },
  'domain/devices/memory': { keys: [alias], ordinal: kind('@model') },
  'domain/devices/sound': { keys: [alias], ordinal: kind('@model') },
  'domain/devices/watchdog': { keys: [alias], ordinal: kind('@model') },
  'domain/devices/tpm': { keys: [alias], ordinal: kind() },
  'domain/cpu/feature': { keys: [at('@name')] },
  'domain/clock/timer': { keys: [at('@name')] },
  'domain/devices/interface/vlan/tag': 'atomic',
  'domain/os/boot': 'atomic',
};
