import { childOf, type Element, valueAt } from '../../xml/element.ts';

interface Kind {
  /** The type of controller that it is on, and what of the address is that controller's index. */
  readonly controller: (device: Element) => string | undefined;
  readonly index: string;
  /** What of the address only one device can have. */
  readonly place: readonly string[];
}

/** What an address refers to, by its type (formatdomain, "Device Addresses"). */
const KINDS: Readonly<Record<string, Kind>> = {
  pci: { controller: () => 'pci', index: 'bus', place: ['domain', 'bus', 'slot', 'function'] },
  drive: {
    controller: (device) => valueAt(device, 'target/@bus'),
    index: 'controller',
    place: ['controller', 'bus', 'target', 'unit'],
  },
  usb: { controller: () => 'usb', index: 'bus', place: ['bus', 'port'] },
  'virtio-serial': {
    controller: () => 'virtio-serial',
    index: 'controller',
    place: ['controller', 'bus', 'port'],
  },
  ccid: { controller: () => 'ccid', index: 'controller', place: ['controller', 'slot'] },
};

const addressOf = (device: Element) => childOf(device, 'address')?.attributes ?? {};

const placeOf = (device: Element): string | undefined => {
  const address = addressOf(device);
  const kind = KINDS[address.type ?? ''];
  if (!kind) return undefined;
  // Of the kinds of drives each has places of its own.
  return [
    address.type,
    kind.controller(device),
    ...kind.place.map((name) => Number(address[name] ?? 0)),
  ].join(' ');
};

/**
 * Why a device can't be where its definition puts it; undefined if it can.
 * @param there the devices of the running guest as it will be then, without this one
 */
export function whyNoPlace(device: Element, there: readonly Element[]): string | undefined {
  const address = addressOf(device);
  const kind = KINDS[address.type ?? ''];
  const type = kind?.controller(device);
  if (!kind || !type) return undefined;
  const index = Number(address[kind.index] ?? 0);
  const controllers = there.filter(
    ({ name, attributes }) => name === 'controller' && attributes.type === type,
  );
  if (!controllers.some(({ attributes }) => Number(attributes.index) === index))
    return noController(type, index);
  const place = placeOf(device);
  const other = there.find((one) => placeOf(one) === place);
  return other && `its place in the definition is taken by another ${other.name} of the running guest`;
}

const noController = (type: string, index: number) =>
  type === 'pci'
    ? `its definition puts it on PCI bus ${index}, and the running guest has no such bus ('hotplug_slots' keeps some free)`
    : `its definition puts it on the ${type} controller ${index}, and the running guest has none`;

/** All devices of a domain. */
export const devicesIn = (domain: Element): readonly Element[] => childOf(domain, 'devices')?.children ?? [];

/** Whether a controller has a device on it. */
export const isUsed = (controller: Element, devices: readonly Element[]): boolean =>
  devices.some((device) => {
    const kind = KINDS[addressOf(device).type ?? ''];
    return (
      kind?.controller(device) === controller.attributes.type &&
      Number(addressOf(device)[kind?.index ?? ''] ?? 0) === Number(controller.attributes.index)
    );
  });
