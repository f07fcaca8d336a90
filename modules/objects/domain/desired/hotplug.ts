import { devicesOf, withDevices } from '../../../lib/libvirt/devices.ts';
import { childOf, childrenOf, type Element, valueAt } from '../../../lib/xml/element.ts';
import { tag } from './tag.ts';

/** How many devices can be attached to a new domain while it runs, by default. */
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

/** Whether libvirt adds a device that takes a root port: by default, or since others need it. */
const SHARED: readonly ((devices: Element) => boolean)[] = [
  // The balloon and the USB controller are added by default.
  (devices) => valueAt(devices, 'memballoon/@model') !== 'none',
  (devices) => !childrenOf(devices, 'controller').some(({ attributes: { type } }) => type === 'usb'),
  // virtio-serial, which channels and consoles need.
  (devices) =>
    [...childrenOf(devices, 'channel'), ...childrenOf(devices, 'console')].some(
      (device) => valueAt(device, 'target/@type') === 'virtio',
    ),
];

function portsTaken(devices: Element): number {
  const direct = devices.children.filter((device) => PORTS[device.name]?.(device));
  // The first graphics card is on the root itself.
  const screens = Math.max(childrenOf(devices, 'video').length - 1, 0);
  return direct.length + screens + SHARED.filter((needed) => needed(devices)).length;
}

/**
 * A new domain with free slots for devices that are attached while it runs. On a q35 each of them needs a free PCIe
 * root port, and libvirt adds only one. It is enough to add the last port: libvirt adds those before it, and uses them
 * from the first on. A domain that defines PCI controllers itself gets no more.
 */
export function withHotplugSlots(domain: Element, slots: number): Element {
  const definesPorts = devicesOf(domain, 'controller').some(({ attributes: { type } }) => type === 'pci');
  if (slots === 0 || definesPorts || !isQ35(domain)) return domain;
  const index = portsTaken(childOf(domain, 'devices') ?? tag('devices', {})) + slots;
  const last = tag('controller', { type: 'pci', index, model: 'pcie-root-port' });
  return withDevices(domain, (devices) => [...devices, last]);
}
