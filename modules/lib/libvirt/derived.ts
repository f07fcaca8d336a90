import { childOf, type Element, valueAt, withChild, withChildren, withoutChildren } from '../xml/element.ts';
import type { Derive } from '../xml/merge.ts';
import { devicesOf, withDevices } from './devices.ts';

interface Derived {
  /** The value that libvirt derives others from. */
  readonly from: string;
  /** Children, or attributes (`@name`), that are removed when it changes. */
  readonly drop: readonly string[];
}

/** The source of a character device depends on its type. */
const CHARDEV: readonly Derived[] = [{ from: '@type', drop: ['source', 'protocol'] }];

/**
 * Values that libvirt derives from another one, by the element that contains both. If these were kept when that one
 * changes, libvirt would refuse the document or misread it. `.` is the element's text.
 */
export const DERIVED: Readonly<Record<string, readonly Derived[]>> = {
  domain: [{ from: 'vcpu', drop: ['vcpus'] }],
  'domain/vcpu': [{ from: '.', drop: ['@current'] }],
  'domain/os': [
    { from: '@firmware', drop: ['loader', 'nvram', 'firmware'] },
    { from: 'firmware/feature/@enabled', drop: ['loader', 'nvram', 'firmware'] },
  ],
  'domain/cpu': [{ from: '@mode', drop: ['@match', '@check', '@migratable', 'model', 'vendor'] }],
  'domain/clock': [{ from: '@offset', drop: ['@adjustment', '@basis', '@timezone', '@start'] }],
  'domain/devices/disk': [
    { from: 'target/@bus', drop: ['address'] },
    { from: '@type', drop: ['source'] },
    { from: '@device', drop: ['readonly'] },
  ],
  'domain/devices/interface': [
    { from: 'model/@type', drop: ['address'] },
    { from: '@type', drop: ['source', 'target'] },
  ],
  'domain/devices/controller': [{ from: '@model', drop: ['address', 'model', 'target', 'master'] }],
  'domain/devices/filesystem': [{ from: '@type', drop: ['source'] }],
  'domain/devices/graphics': [
    { from: '@port', drop: ['@autoport'] },
    { from: '@listen', drop: ['listen'] },
    { from: 'listen/@address', drop: ['@listen'] },
  ],
  'domain/devices/video': [{ from: 'model/@type', drop: ['address'] }],
  'domain/devices/video/model': [{ from: '@type', drop: ['@ram', '@vram', '@vram64', '@vgamem', '@blob'] }],
  'domain/devices/input': [{ from: '@bus', drop: ['address'] }],
  'domain/devices/memballoon': [
    { from: '@model', drop: ['address', '@autodeflate', '@freePageReporting', 'stats'] },
  ],
  'domain/devices/tpm': [{ from: '@model', drop: ['address'] }],
  'domain/devices/tpm/backend': [{ from: '@type', drop: ['device', '@version', 'encryption'] }],
  'domain/devices/rng/backend': [{ from: '@model', drop: ['@type', 'source', 'protocol'] }],
  'domain/devices/rng': [{ from: '@model', drop: ['address'] }],
  'domain/devices/serial': CHARDEV,
  'domain/devices/parallel': CHARDEV,
  'domain/devices/console': CHARDEV,
  'domain/devices/channel': CHARDEV,
  'domain/devices/redirdev': CHARDEV,
};

const changes = (current: Element, desired: Element, path: string): boolean => {
  const at = (element: Element) => (path === '.' ? element.text.trim() || undefined : valueAt(element, path));
  const value = at(desired);
  return value !== undefined && value !== at(current);
};

const isRemoved = (desired: Element, lastApplied: Element | undefined, path: string): boolean =>
  valueAt(desired, path) === undefined && valueAt(lastApplied, path) !== undefined;

function without(from: Element, names: readonly string[]): Element {
  if (names.length === 0) return from;
  const attributes = Object.entries(from.attributes).filter(([name]) => !names.includes(`@${name}`));
  return { ...withoutChildren(from, ...names), attributes: Object.fromEntries(attributes) };
}

function dropDerived(
  current: Element,
  desired: Element,
  path: string,
  lastApplied: Element | undefined,
): Element {
  const dropped = (DERIVED[path] ?? [])
    .filter(({ from }) => changes(current, desired, from) || isRemoved(desired, lastApplied, from))
    .flatMap(({ drop }) => drop);
  return without(current, dropped);
}

// A guest that has all of its memory still has all of it when its memory changes.
function followMemory(current: Element, desired: Element): Element {
  const before = valueAt(current, 'memory');
  const equal = before !== undefined && before === valueAt(current, 'currentMemory');
  return equal && changes(current, desired, 'memory') && !childOf(desired, 'currentMemory')
    ? withoutChildren(current, 'currentMemory')
    : current;
}

/** `x86_64` in `/usr/bin/qemu-system-x86_64`. */
const targetOf = (emulator: string | undefined) => /qemu-system-([^/]+)$/.exec(emulator ?? '')?.[1];

// Another machine has other buses, so the controllers and PCI addresses that libvirt added are removed. Another path of
// an emulator for the same machine changes nothing.
function followMachine(current: Element, desired: Element): Element {
  const arch = changes(current, desired, 'os/type/@arch');
  const emulator = targetOf(valueAt(desired, 'devices/emulator'));
  const other = emulator !== undefined && emulator !== targetOf(valueAt(current, 'devices/emulator'));
  if (!arch && !other && !changes(current, desired, 'os/type/@machine')) return current;
  return withDevices(current, (devices) =>
    devices
      .filter(({ name }) => name !== 'controller' && !(arch && name === 'emulator'))
      .map((device) =>
        valueAt(device, 'address/@type') === 'pci' ? withoutChildren(device, 'address') : device,
      ),
  );
}

// libvirt gives a domain without any order of devices one of kinds, `<boot dev='hd'/>`, and refuses both.
function followOrder(current: Element, desired: Element): Element {
  const os = childOf(current, 'os');
  const isGiven = devicesOf(desired).some((device) => valueAt(device, 'boot/@order') !== undefined);
  return os && isGiven ? withChild(current, withoutChildren(os, 'boot')) : current;
}

/** Whether a device is the console of the first serial port: the two are one device (formatdomain, "Console"). */
export const isImplicitConsole = (device: Element): boolean =>
  device.name === 'console' &&
  (valueAt(device, 'target/@type') ?? 'serial') === 'serial' &&
  (valueAt(device, 'target/@port') ?? '0') === '0';

const isOther = (device: Element) => !isImplicitConsole(device);

const isFirstSerial = (device: Element): boolean =>
  device.name === 'serial' && (valueAt(device, 'target/@port') ?? '0') === '0';

// The console repeats the port's type and source: it follows the port unless the task defines it.
function followSerial(current: Element, desired: Element): Element {
  const port = desired.children.find(isFirstSerial);
  const console = current.children.find(isImplicitConsole);
  if (!port || !console || desired.children.some(isImplicitConsole)) return current;
  const paths = [
    '@type',
    ...Object.keys(childOf(port, 'source')?.attributes ?? {}).map((name) => `source/@${name}`),
  ];
  return paths.some((path) => changes(console, port, path))
    ? withChildren(current, current.children.filter(isOther))
    : current;
}

/**
 * What the last task applied, without what the desired console implies: the first serial port, and the console's target.
 * So a task that defines only the console does not remove them.
 */
export function withoutImplied(lastApplied: Element, desired: Element): Element {
  const devices = devicesOf(desired);
  if (!devices.some(isImplicitConsole) || devices.some(isFirstSerial)) return lastApplied;
  return withDevices(lastApplied, (all) =>
    all
      .filter((device) => !isFirstSerial(device))
      .map((device) => (isImplicitConsole(device) ? withoutChildren(device, 'target') : device)),
  );
}

/** Removes the console of a first serial port that was removed: libvirt would add the port again for it. */
export function followRemovedSerial(before: Element, merged: Element, desired: Element): Element {
  const removesFirst = devicesOf(before).some(isFirstSerial) && !devicesOf(merged).some(isFirstSerial);
  return removesFirst && !devicesOf(desired).some(isImplicitConsole)
    ? withDevices(merged, (devices) => devices.filter(isOther))
    : merged;
}

/** Removes values of a current element that were derived from a value that changes; see merge's Derive. */
export const deriveDomain: Derive = (current, desired, path, lastApplied) => {
  if (path === 'domain/devices') return followSerial(current, desired);
  const follows = path === 'domain' ? [followMachine, followMemory, followOrder] : [];
  const followed = follows.reduce((domain, follow) => follow(domain, desired), current);
  return dropDerived(followed, desired, path, lastApplied);
};
