import { createHash } from 'node:crypto';
import { type Comparable, mappingOf } from '../../lib/cloudinit/diff.ts';
import { networkEvents } from '../../lib/cloudinit/updates.ts';
import { isMapping } from '../../lib/cloudinit/yaml/value.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import type { Notice } from '../../lib/libvirt/live/plan/step.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import { seedPath } from './names.ts';
import type { Noted } from './noted.ts';
import type { VmOptions } from './options.ts';

// What a changed seed means for a running guest. Measured with cloud-init 22.4.2 and 25.1.4, whose `updates` has `boot` and
// `hotplug`: a changed configuration is applied at the next boot, and that of a new interface when it is attached.

/** What a running guest is to notice, and what it applies at its next start. */
export interface Inside {
  readonly notice: Notice;
  readonly atStart: readonly string[];
  /** How it comes to apply its seed, for the result. */
  readonly why: readonly string[];
  /** What is noted of the guest before a seed is written. */
  readonly before: Noted;
  /** The same when it has been changed. */
  readonly after: (changes: Changes) => Noted;
}

/** What was done to a guest. */
export interface Changes {
  /** The MAC addresses of the interfaces that were attached. */
  readonly attached: ReadonlySet<string>;
  /** Whether its drive has the seed that there is. */
  readonly isInserted: boolean;
  /** Whether it didn't look into its seed when it should have. */
  readonly isBlind: boolean;
}

const digestOf = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** A digest of the configuration of each interface, by its MAC address. */
function configurationsIn(files: readonly Comparable[]): Map<string, string> {
  const config = files.find(({ path }) => path === 'network-config');
  const list = config && mappingOf(config)?.config;
  return new Map(
    (Array.isArray(list) ? list : []).flatMap((one) =>
      isMapping(one) && typeof one.mac_address === 'string' ? [[one.mac_address, digestOf(one)]] : [],
    ),
  );
}

/** What a guest has that was booted with a seed, of these files. */
export const bootedWith = (files: readonly Comparable[]): Noted => ({
  applied: configurationsIn(files),
  events: networkEvents(files),
  isFormer: false,
});

/** The name that the kernel gives the next interface, where others have these names. */
function kernelName(names: ReadonlySet<string>): string {
  for (let i = 0; ; i += 1) if (!names.has(`eth${i}`)) return `eth${i}`;
}

/** The new interfaces whose names are not those that the kernel gives them, in the order in which they are attached. */
function attachedTwice(named: readonly (readonly [name: string, mac: string])[], live: ReadonlySet<string>) {
  const names = new Set(named.flatMap(([name, mac]) => (live.has(mac) ? name : [])));
  const known = new Set(named.map(([, mac]) => mac));
  // Others that the guest has, of which the VM has no names.
  for (const mac of live) if (!known.has(mac)) names.add(kernelName(names));
  const twice = new Set<string>();
  for (const [name, mac] of named) {
    if (live.has(mac)) continue;
    if (name !== kernelName(names)) twice.add(mac);
    names.add(name);
  }
  return twice;
}

/**
 * What a running guest makes of its seed. Pure.
 * @param guest its live XML
 * @param noted what it has applied
 * @param files those that the seed will have
 * @param macs the MAC address of each interface
 * @param isWritten whether the seed is written now
 */
export function insideOf(
  vm: VmOptions,
  guest: Element,
  noted: Noted,
  files: readonly Comparable[],
  macs: readonly string[],
  isWritten: boolean,
): Inside {
  const live = new Set(devicesOf(guest, 'interface').map((device) => valueAt(device, 'mac/@address') ?? ''));
  const next = configurationsIn(files);
  const named = vm.interfaces.map(({ name }, i) => [name, macs[i] ?? ''] as const);
  const looks = (event: string) => vm.reconfigure && noted.events.has(event);
  const attached = named.filter(([, mac]) => !live.has(mac) && next.has(mac));
  const changed = named.filter(
    ([, mac]) => live.has(mac) && next.has(mac) && next.get(mac) !== noted.applied.get(mac),
  );
  const reattached = vm.reattach && looks('hotplug') ? changed : [];
  const atOnce = [...reattached, ...(looks('hotplug') ? attached : [])];
  const later = [...changed, ...attached].filter((one) => !atOnce.includes(one));
  const atStart = looks('boot')
    ? later.map(([name]) => `the guest applies the new configuration of ${name} when it boots`)
    : [];
  return {
    notice: {
      medium: seedPath(vm),
      isReplaced: isWritten || noted.isFormer,
      reattached: new Set(reattached.map(([, mac]) => mac)),
      configured: new Set(looks('hotplug') ? attached.map(([, mac]) => mac) : []),
      twice: looks('hotplug') ? attachedTwice(named, live) : new Set(),
    },
    atStart,
    why: [
      ...atOnce.map(([name]) => `the guest applies the configuration of ${name} when it is attached`),
      ...atStart,
    ],
    before: { ...noted, isFormer: true },
    after: (changes) => {
      const done = atOnce.filter(([, mac]) => changes.attached.has(mac));
      const applied = new Map([
        ...noted.applied,
        ...done.map(([, mac]) => [mac, next.get(mac) ?? ''] as const),
      ]);
      // Until it boots, it isn't tried again.
      const events = [...noted.events].filter((event) => event !== 'hotplug' || !changes.isBlind);
      const isFormer = (isWritten || noted.isFormer) && !changes.isInserted;
      return { applied, events: new Set(events), isFormer };
    },
  };
}
