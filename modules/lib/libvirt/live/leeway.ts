import { childOf, type Element } from '../../xml/element.ts';

/** The elements that hold two values. */
export interface Holders {
  readonly live: Element;
  readonly persistent: Element;
}

/** Whether a live value may stand for a defined one that isn't the same; undefined: there is none. */
export type Leeway = (live: string | undefined, persistent: string | undefined, holders: Holders) => boolean;

/** libvirt's own business at run time. */
const any: Leeway = () => true;

/** libvirt fills it in where the definition doesn't state it. */
const filled: Leeway = (_, persistent) => persistent === undefined;

/** The definition may leave the choice to libvirt by one of these words too. */
const chosenFor =
  (...words: string[]): Leeway =>
  (live, persistent) =>
    live !== undefined && (persistent === undefined || words.includes(persistent));

/** Filled in where the definition states an attribute beside it, with one of some values if they are given. */
const filledBeside =
  (name: string, ...values: string[]): Leeway =>
  (_, persistent, { persistent: { attributes } }) => {
    const value = attributes[name];
    return persistent === undefined && value !== undefined && (values.length === 0 || values.includes(value));
  };

/** A network's interface is live as what the network comes to: one of a bridge, of a device. */
const resolved: Leeway = (_, persistent) => persistent === 'network';

/** What a network's portgroup gives its interfaces. */
const ofPortgroup: Leeway = (_, persistent, holders) =>
  persistent === undefined && childOf(holders.persistent, 'source')?.attributes.portgroup !== undefined;

/** A firmware that is searched for by its kind is live as the files that were found (formatdomain, "firmware"). */
const found: Leeway = (live, _, holders) =>
  live === undefined && childOf(holders.live, 'loader') !== undefined;

/** The host's own model, and what it amounts to. */
const expanded: Leeway = (live, persistent) => persistent === 'host-model' && live === 'custom';

/** What a stated policy may have come to (formatdomain, "feature"). */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  force: ['require'],
  optional: ['require', 'disable'],
  forbid: ['disable'],
};

const decided: Leeway = (live = '', persistent = '') => OUTCOMES[persistent]?.includes(live) ?? false;

/** A drive that lost its medium keeps a source that names none. */
const emptied: Leeway = (_, persistent, holders) =>
  persistent === undefined &&
  Object.keys(childOf(holders.live, 'source')?.attributes ?? {}).every((name) => name === 'index');

/** A drive without a medium has no format. */
const ofMedium: Leeway = (live, _, holders) => live === undefined && holders.live.name === 'driver';

/**
 * What the live XML of a guest says otherwise than the definition that it was started from, by path from the root; `*`
 * stands for any device. Source: libvirt's formatdomain, and guests that were just started.
 *
 * Two changes can't be seen for it: from a named processor to the host's model, and a feature no longer stated.
 */
const LEEWAY: Readonly<Record<string, Leeway>> = {
  'domain/@id': any,
  'domain/metadata': any,
  'domain/resource': any,
  'domain/seclabel': filled,
  'domain/seclabel/label': filled,
  'domain/seclabel/imagelabel': filled,
  'domain/seclabel/baselabel': filled,
  // These are compared as amounts: see memory.ts and vcpus.ts.
  'domain/memory': any,
  'domain/currentMemory': any,
  'domain/vcpu/@current': any,
  'domain/vcpus': filled,

  'domain/os/@firmware': found,
  'domain/os/loader': filledBeside('firmware'),
  'domain/os/nvram': filledBeside('firmware'),
  'domain/os/nvram/@template': filled,
  'domain/os/nvram/@templateFormat': filled,
  'domain/features/smm': filled,

  'domain/cpu': filled,
  'domain/cpu/@mode': expanded,
  'domain/cpu/@match': any,
  'domain/cpu/@check': any,
  'domain/cpu/@migratable': filled,
  'domain/cpu/model': filled,
  'domain/cpu/model/@fallback': any,
  'domain/cpu/vendor': filled,
  'domain/cpu/feature': filled,
  'domain/cpu/feature/@policy': decided,

  'domain/clock/@adjustment': any,

  'domain/devices/*/alias': filled,
  'domain/devices/*/alias/@name': filled,
  'domain/devices/*/source/@tls': filled,
  'domain/devices/*/source/seclabel': filled,
  'domain/devices/disk/backingStore': filled,
  'domain/devices/disk/mirror': any,
  'domain/devices/disk/source': emptied,
  'domain/devices/disk/source/@index': filled,
  'domain/devices/disk/source/reservations/source': filled,
  'domain/devices/disk/target/@tray': any,
  'domain/devices/disk/driver/@type': ofMedium,
  'domain/devices/interface/@type': resolved,
  'domain/devices/interface/bandwidth': ofPortgroup,
  'domain/devices/interface/source/@portid': any,
  'domain/devices/interface/source/@bridge': filledBeside('network'),
  'domain/devices/interface/target': filled,
  'domain/devices/interface/target/@dev': filled,
  'domain/devices/interface/backend': filled,
  'domain/devices/interface/vlan': filledBeside('type', 'network'),
  'domain/devices/interface/virtualport': filledBeside('type', 'network'),
  'domain/devices/interface/virtualport/parameters': filled,
  'domain/devices/interface/virtualport/parameters/@interfaceid': filled,
  'domain/devices/interface/virtualport/parameters/@profileid': filled,
  'domain/devices/console/@tty': any,
  'domain/devices/console/target/@port': any,
  'domain/devices/channel/target/@state': any,
  'domain/devices/graphics/@port': chosenFor('-1'),
  'domain/devices/graphics/@tlsPort': chosenFor('-1'),
  'domain/devices/graphics/@websocket': chosenFor('-1'),
  'domain/devices/graphics/@listen': filled,
  'domain/devices/graphics/@socket': filled,
  'domain/devices/graphics/listen/@address': filled,
  'domain/devices/graphics/listen/@socket': filled,
  'domain/devices/tpm/backend/source': filled,
  'domain/devices/vsock/cid/@address': filledBeside('auto', 'yes'),
  'domain/devices/memory/target/current': any,
  'domain/devices/memory/address': filled,
  'domain/devices/memory/address/@base': filled,
  'domain/devices/filesystem/binary': filled,
  'domain/devices/hostdev/source/address/@device': filled,
  'domain/devices/hostdev/source/address/@bus': filled,
  'domain/devices/hostdev/source/address': filled,
};

/** Character devices: the way out that libvirt found for one that has none stated (a terminal, a socket). */
const CHARDEV_SOURCES = /^domain\/devices\/(serial|parallel|console|channel)\/source(\/@(path|mode))?$/;

const exactly: Leeway = () => false;

/** The leeway of a path from the root; none where the table has no row. */
export function leewayAt(path: string): Leeway {
  const anyDevice = path.replace(/^domain\/devices\/[^/]+/, 'domain/devices/*');
  return LEEWAY[path] ?? LEEWAY[anyDevice] ?? (CHARDEV_SOURCES.test(path) ? filled : exactly);
}

/** Whether what is at a path, with all that is in it, is no part of the definition. */
export const isForeign = (path: string): boolean => leewayAt(path) === any;
