import { childOf, type Element, valueAt, withChildren, withoutChildren } from '../xml/element.ts';

interface Derived {
  /** The value that the children were derived from. */
  readonly from: string;
  /** Children that go when it changes, unless desired states them. */
  readonly drop: readonly string[];
}

/**
 * What libvirt fills in from another value, by the element that holds both. When the value changes and these
 * stay, libvirt refuses the document or misreads it.
 */
const DERIVED: Readonly<Record<string, readonly Derived[]>> = {
  'domain/devices/disk': [
    { from: 'target/@bus', drop: ['address'] },
    { from: '@type', drop: ['source'] },
  ],
  'domain/devices/interface': [
    { from: 'model/@type', drop: ['address'] },
    { from: '@type', drop: ['source'] },
  ],
};

const changes = (current: Element, desired: Element, path: string): boolean => {
  const wanted = valueAt(desired, path);
  return wanted !== undefined && wanted !== valueAt(current, path);
};

function dropDerived(current: Element, desired: Element, path: string): Element {
  const gone = (DERIVED[path] ?? [])
    .filter(({ from }) => changes(current, desired, from))
    .flatMap(({ drop }) => drop);
  return gone.length > 0 ? withoutChildren(current, ...gone) : current;
}

// A balloon that was fully deflated stays so when the memory changes.
function followMemory(current: Element, desired: Element): Element {
  const before = valueAt(current, 'memory');
  const equal = before !== undefined && before === valueAt(current, 'currentMemory');
  return equal && changes(current, desired, 'memory') && !childOf(desired, 'currentMemory')
    ? withoutChildren(current, 'currentMemory')
    : current;
}

// Another machine has other buses: what libvirt had placed on the old ones goes with them.
function followMachine(current: Element, desired: Element): Element {
  const moved = changes(current, desired, 'os/type/@machine') || changes(current, desired, 'os/type/@arch');
  const devices = childOf(current, 'devices');
  if (!moved || !devices) return current;
  const placed = devices.children
    .filter(({ name }) => name !== 'controller')
    .map((device) =>
      valueAt(device, 'address/@type') === 'pci' ? withoutChildren(device, 'address') : device,
    );
  return withChildren(
    current,
    current.children.map((child) => (child === devices ? withChildren(devices, placed) : child)),
  );
}

/** Takes out of a current element what was derived from a value that desired changes; see merge's Derive. */
export function deriveDomain(current: Element, desired: Element, path: string): Element {
  if (path === 'domain') return followMemory(followMachine(current, desired), desired);
  return dropDerived(current, desired, path);
}
