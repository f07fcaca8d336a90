import { childOf, type Element, valueAt } from '../../../xml/element.ts';

interface AddressType {
  /** The type of the device's controller. */
  readonly controller: (device: Element) => string | undefined;
  /** The attribute of the address that is the controller's index. */
  readonly index: string;
  /** The attributes of the address that are unique to a device. */
  readonly unique: readonly string[];
}

/** Source: formatdomain, "Device Addresses". */
const TYPES: Readonly<Record<string, AddressType>> = {
  pci: { controller: () => 'pci', index: 'bus', unique: ['domain', 'bus', 'slot', 'function'] },
  drive: {
    controller: (device) => valueAt(device, 'target/@bus'),
    index: 'controller',
    unique: ['controller', 'bus', 'target', 'unit'],
  },
  usb: { controller: () => 'usb', index: 'bus', unique: ['bus', 'port'] },
  'virtio-serial': {
    controller: () => 'virtio-serial',
    index: 'controller',
    unique: ['controller', 'bus', 'port'],
  },
  ccid: { controller: () => 'ccid', index: 'controller', unique: ['controller', 'slot'] },
};

const addressOf = (device: Element) => childOf(device, 'address')?.attributes ?? {};

const slotOf = (device: Element): string | undefined => {
  const address = addressOf(device);
  const type = TYPES[address.type ?? ''];
  if (!type) return undefined;
  // Addresses of drives are unique for each type of controller.
  return [
    address.type,
    type.controller(device),
    ...type.unique.map((name) => Number(address[name] ?? 0)),
  ].join(' ');
};

/**
 * Why a device can't be attached at the address of its definition; undefined where it can.
 * @param devices those of the running guest at that time, without this one
 */
export function addressProblem(device: Element, devices: readonly Element[]): string | undefined {
  const address = addressOf(device);
  const addressType = TYPES[address.type ?? ''];
  const type = addressType?.controller(device);
  if (!addressType || !type) return undefined;
  const index = Number(address[addressType.index] ?? 0);
  const controllers = devices.filter(
    ({ name, attributes }) => name === 'controller' && attributes.type === type,
  );
  if (!controllers.some(({ attributes }) => Number(attributes.index) === index))
    return noController(type, index);
  const slot = slotOf(device);
  const other = devices.find((one) => slotOf(one) === slot);
  return other && `another ${other.name} of the running guest has the address of its definition`;
}

const noController = (type: string, index: number) =>
  type === 'pci'
    ? `its definition puts it on PCI bus ${index}, which the running guest does not have ('hotplug_slots' keeps some free)`
    : `its definition puts it on the ${type} controller ${index}, which the running guest does not have`;

/** Whether any of the devices is on a controller. */
export const isInUse = (controller: Element, devices: readonly Element[]): boolean =>
  devices.some((device) => {
    const type = TYPES[addressOf(device).type ?? ''];
    return (
      type?.controller(device) === controller.attributes.type &&
      Number(addressOf(device)[type?.index ?? ''] ?? 0) === Number(controller.attributes.index)
    );
  });
