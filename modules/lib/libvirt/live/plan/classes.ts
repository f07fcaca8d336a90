import { type Element, valueAt } from '../../../xml/element.ts';
import type { Driver } from '../../driver.ts';
import type { Call } from './step.ts';
import { reportMemory, tuneDisk, tuneInterface } from './tuning.ts';

/** Values by path, of which each must be in a list or match; `''` stands for a missing one. */
export type Condition = Readonly<Record<string, readonly string[] | RegExp>>;

/** How parts of a device are changed. */
export type UpdateMethod =
  /** `update`: `update-device` with the device's whole live XML and the parts that change. */
  | 'update'
  /** Moves the port to another Open vSwitch bridge, which libvirt can't do. */
  | 'move'
  /** A virsh command made for it. */
  | ((live: Element, persistent: Element) => Call);

export interface LiveField {
  /** What it covers, with everything below. */
  readonly paths: readonly string[];
  /** Both the live device and its definition must meet one of these; by default it applies always. */
  readonly when?: readonly Condition[];
  readonly method: UpdateMethod;
}

/** What can be changed of the devices of one class while the guest runs. */
export interface DeviceClass {
  /** Devices that meet one of these can be attached and detached; none by default. */
  readonly hotplug?: readonly Condition[];
  /** The first row that covers a difference applies. */
  readonly fields?: readonly LiveField[];
}

const ALWAYS: Condition = {};
const REMOVABLE: Condition = { '@device': ['cdrom', 'floppy'] };
/** While it runs, QEMU can change a password, but neither set the first one nor remove it. */
const PASSWORD: Condition = { '@passwd': /./ };
const OVS_BRIDGE: Condition = {
  '@type': ['bridge'],
  'virtualport/@type': ['openvswitch'],
  'source/@network': [''],
};

/**
 * What can be changed of a running guest, by class of device; everything else takes effect at its next start.
 */
export type DeviceClasses = Readonly<Record<string, DeviceClass>>;

/**
 * Those of a virtual machine. Sources: libvirt's qemu_hotplug.c (qemuDomainAttachDeviceLive, qemuDomainDetachDeviceLive) and
 * qemuDomainUpdateDeviceLive; virsh(1).
 */
const QEMU_DEVICES: DeviceClasses = {
  disk: {
    hotplug: [
      { '@device': ['disk', 'lun', ''], 'target/@bus': ['virtio', 'scsi', 'usb'] },
      { '@device': ['cdrom'], 'target/@bus': ['scsi', 'usb'] },
    ],
    fields: [
      { paths: ['@type', 'source', 'driver/@type', 'backingStore'], when: [REMOVABLE], method: 'update' },
      { paths: ['iotune'], method: tuneDisk },
    ],
  },
  interface: {
    hotplug: [ALWAYS],
    fields: [
      { paths: ['source/@bridge'], when: [OVS_BRIDGE], method: 'move' },
      {
        paths: ['link', 'vlan', 'filterref', 'source', 'virtualport', 'coalesce', 'port'],
        method: 'update',
      },
      { paths: ['bandwidth'], method: tuneInterface },
      { paths: ['@trustGuestRxFilters'], method: 'update' },
    ],
  },
  graphics: {
    fields: [{ paths: ['@passwd', '@passwdValidTo', '@connected'], when: [PASSWORD], method: 'update' }],
  },
  memballoon: { fields: [{ paths: ['stats'], method: reportMemory }] },
  controller: { hotplug: [{ '@type': ['scsi'] }] },
  channel: { hotplug: [{ 'target/@type': ['virtio', 'guestfwd'] }] },
  console: { hotplug: [{ 'target/@type': ['virtio'] }] },
  serial: { hotplug: [{ 'target/@type': ['usb-serial', 'pci-serial'] }] },
  input: { hotplug: [{ '@bus': ['usb', 'virtio'] }] },
  filesystem: { hotplug: [{ 'driver/@type': ['virtiofs'] }] },
  watchdog: { hotplug: [{ '@model': ['i6300esb'] }] },
  hostdev: { hotplug: [{ '@mode': ['subsystem'] }] },
  redirdev: { hotplug: [ALWAYS] },
  rng: { hotplug: [ALWAYS] },
  memory: { hotplug: [ALWAYS] },
  shmem: { hotplug: [ALWAYS] },
  vsock: { hotplug: [ALWAYS] },
};

/** Those of a container: libvirt refuses every `update-device`, and a filesystem can't be attached. */
const LXC_DEVICES: DeviceClasses = { interface: { hotplug: [ALWAYS] } };

/** Those of a driver. */
export const DEVICES: Readonly<Record<Driver['name'], DeviceClasses>> = {
  qemu: QEMU_DEVICES,
  lxc: LXC_DEVICES,
};

const meets = (device: Element, condition: Condition): boolean =>
  Object.entries(condition).every(([path, allowed]) => {
    const value = valueAt(device, path) ?? '';
    return allowed instanceof RegExp ? allowed.test(value) : allowed.includes(value);
  });

/** Whether a device can be attached to a running guest, and detached. */
export const isHotpluggable = (classes: DeviceClasses, device: Element): boolean =>
  classes[device.name]?.hotplug?.some((condition) => meets(device, condition)) ?? false;

/** How a part of a device is changed while the guest runs. @returns undefined where it can't be */
export function updateMethodOf(
  classes: DeviceClasses,
  live: Element,
  persistent: Element,
  path: string,
): UpdateMethod | undefined {
  const covers = ({ paths }: LiveField) =>
    paths.some((field) => path === field || path.startsWith(`${field}/`));
  const applies = ({ when = [ALWAYS] }: LiveField) =>
    when.some((condition) => meets(live, condition) && meets(persistent, condition));
  return classes[live.name]?.fields?.find((field) => covers(field) && applies(field))?.method;
}
