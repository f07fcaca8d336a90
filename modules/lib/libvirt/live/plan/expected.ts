import { childOf, type Element } from '../../../xml/element.ts';
import { isConsoleLog, logFileOf } from '../../console-log.ts';

/** The elements that contain two compared values. */
export interface Holders {
  readonly live: Element;
  readonly persistent: Element;
}

/** Whether a live value may differ from its definition; undefined stands for a missing value. */
export type Expected = (
  live: string | undefined,
  persistent: string | undefined,
  holders: Holders,
) => boolean;

/** Part of the running guest only. */
const any: Expected = () => true;

/** libvirt fills it in where the definition doesn't have it. */
const filled: Expected = (_, persistent) => persistent === undefined;

/** libvirt fills it in where the definition doesn't have it, or has one of these words. */
const chosenFor =
  (...words: string[]): Expected =>
  (live, persistent) =>
    live !== undefined && (persistent === undefined || words.includes(persistent));

/** Filled in where the definition has another attribute beside it, with one of the values if any are given. */
const filledBeside =
  (name: string, ...values: string[]): Expected =>
  (_, persistent, { persistent: { attributes } }) => {
    const value = attributes[name];
    return persistent === undefined && value !== undefined && (values.length === 0 || values.includes(value));
  };

/** The live XML of a network's interface shows what the network resolved to: a bridge or a device. */
const resolved: Expected = (_, persistent) => persistent === 'network';

/** A network's portgroup gives it to its interfaces. */
const ofPortgroup: Expected = (_, persistent, holders) =>
  persistent === undefined && childOf(holders.persistent, 'source')?.attributes.portgroup !== undefined;

/** A firmware that is selected by its features is shown as its files (formatdomain, "firmware"). */
const found: Expected = (live, _, holders) =>
  live === undefined && childOf(holders.live, 'loader') !== undefined;

/** The host's CPU model is expanded. */
const expanded: Expected = (live, persistent) => persistent === 'host-model' && live === 'custom';

/** The live policies of a CPU feature, by the defined one (formatdomain, "feature"). */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  force: ['require'],
  optional: ['require', 'disable'],
  forbid: ['disable'],
};

const decided: Expected = (live = '', persistent = '') => OUTCOMES[persistent]?.includes(live) ?? false;

/** A drive whose medium was ejected keeps an empty source. */
const emptied: Expected = (_, persistent, holders) =>
  persistent === undefined &&
  Object.keys(childOf(holders.live, 'source')?.attributes ?? {}).every((name) => name === 'index');

/** A console's log that we chose is kept from the next start on: nothing is restarted for it. */
const logged: Expected = (live, persistent, holders) =>
  isConsoleLog(logFileOf(live === undefined ? holders.persistent : holders.live)) &&
  (live === undefined || persistent === undefined);

/** A drive without a medium has no format. */
const ofMedium: Expected = (live, _, holders) => live === undefined && holders.live.name === 'driver';

/**
 * How the live XML of a guest differs from the definition that it was started from, by path from the root; `*` stands
 * for any device. Source: libvirt's formatdomain, and guests that were just started.
 *
 * It hides two changes: from a named CPU model to the host's, and the removal of a CPU feature.
 */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'domain/@id': any,
  'domain/metadata': any,
  'domain/resource': any,
  'domain/seclabel': filled,
  'domain/seclabel/label': filled,
  'domain/seclabel/imagelabel': filled,
  'domain/seclabel/baselabel': filled,
  // memory.ts and processors.ts compare these as amounts.
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
  'domain/devices/serial/log': logged,
  'domain/devices/console/log': logged,
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

/** The source that libvirt chose for a character device without one (a terminal, a socket). */
const CHARDEV_SOURCES = /^domain\/devices\/(serial|parallel|console|channel)\/source(\/@(path|mode))?$/;

const never: Expected = () => false;

/** The expected differences at a path from the root; none where the table has no row. */
export function expectedAt(path: string): Expected {
  const anyDevice = path.replace(/^domain\/devices\/[^/]+/, 'domain/devices/*');
  return EXPECTED[path] ?? EXPECTED[anyDevice] ?? (CHARDEV_SOURCES.test(path) ? filled : never);
}

/** Whether an element, with everything below, is part of the running guest only. */
export const isRuntimeOnly = (path: string): boolean => expectedAt(path) === any;
