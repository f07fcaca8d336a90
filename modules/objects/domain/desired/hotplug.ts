import {
  childOf,
  childrenOf,
  type Element,
  valueAt,
  withChild,
  withChildren,
} from '../../../lib/xml/element.ts';
import { tag } from './tag.ts';

/** Room that a new domain has for more devices where the task doesn't say. */
export const DEFAULT_SLOTS = 8;

const isQ35 = (domain: Element) => /^(pc-)?q35(-|$)/.test(valueAt(domain, 'os/type/@machine') ?? '');

/** Network cards that are PCI Express; for the others libvirt adds a bridge, and a port for it. */
const EXPRESS = /^(virtio|e1000e$|igb$|vmxnet3$)/;

/** The devices that libvirt gives a root port each, by their class (measured with libvirt 9.0 and 11.3). */
const PORTS: Readonly<Record<string, (device: Element) => boolean>> = {
  disk: (disk) => valueAt(disk, 'target/@bus') === 'virtio',
  interface: (nic) => EXPRESS.test(valueAt(nic, 'model/@type') ?? ''),
  controller: ({ attributes: { type, model = '' } }) =>
    (type === 'scsi' && model === 'virtio-scsi') || (type === 'usb' && model.endsWith('xhci')),
  rng: () => true,
  hostdev: ({ attributes: { type } }) => type === 'pci',
  filesystem: () => true,
  vsock: () => true,
  shmem: () => true,
  input: ({ attributes: { bus } }) => bus === 'virtio',
};

/** Devices that libvirt adds by itself or that several others need, each on a root port. */
const SHARED: readonly ((devices: Element) => boolean)[] = [
  // The balloon and the USB controller, where they aren't refused.
  (devices) => valueAt(devices, 'memballoon/@model') !== 'none',
  (devices) => !childrenOf(devices, 'controller').some(({ attributes: { type } }) => type === 'usb'),
  // virtio-serial.
  (devices) =>
    [...childrenOf(devices, 'channel'), ...childrenOf(devices, 'console')].some(
      (device) => valueAt(device, 'target/@type') === 'virtio',
    ),
];

function portsTaken(devices: Element): number {
  const own = devices.children.filter((device) => PORTS[device.name]?.(device));
  // The first graphics card is on the root itself.
  const screens = Math.max(childrenOf(devices, 'video').length - 1, 0);
  return own.length + screens + SHARED.filter((needed) => needed(devices)).length;
}

/**
 * A new domain with room for more devices while it runs: on a q35 each hot-plugged one needs a PCIe root port that is
 * free, and libvirt leaves one. Stating the last port is enough: libvirt puts in those before it, and fills them from
 * the first. A domain that states PCI controllers of its own has the room that it says.
 */
export function withHotplugSlots(domain: Element, slots: number): Element {
  const devices = childOf(domain, 'devices') ?? tag('devices', {});
  const own = childrenOf(devices, 'controller').some(({ attributes: { type } }) => type === 'pci');
  if (slots === 0 || own || !isQ35(domain)) return domain;
  const index = portsTaken(devices) + slots;
  const last = tag('controller', { type: 'pci', index, model: 'pcie-root-port' });
  return withChild(domain, withChildren(devices, [...devices.children, last]));
}
