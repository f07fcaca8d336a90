import { childOf, type Element, element, withChild, withChildren } from '../xml/element.ts';

/** The devices of a domain: all, or those of one class (`disk`). */
export function devicesOf(domain: Element | undefined, deviceClass?: string): readonly Element[] {
  const devices = childOf(domain, 'devices')?.children ?? [];
  return deviceClass === undefined ? devices : devices.filter(({ name }) => name === deviceClass);
}

/** The same domain with other devices, in the order that `change` returns them. */
export function withDevices(
  domain: Element,
  change: (devices: readonly Element[]) => readonly Element[],
): Element {
  const parent = childOf(domain, 'devices');
  const devices = change(parent?.children ?? []);
  if (!parent && devices.length === 0) return domain;
  return withChild(domain, withChildren(parent ?? element('devices'), devices));
}

/** The same domain without some of its devices. */
export const withoutDevices = (domain: Element, removed: readonly Element[]): Element =>
  withDevices(domain, (devices) => devices.filter((device) => !removed.includes(device)));
