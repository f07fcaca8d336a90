import { type Element, valueAt } from '../../xml/element.ts';
import type { Call } from './step.ts';
import { reportMemory, tuneDisk, tuneInterface } from './tuning.ts';

/** Values by path, of which each must be one of a list or match; `''` is none. */
export type Condition = Readonly<Record<string, readonly string[] | RegExp>>;

/** What changes parts of a device. */
export type Way =
  /** `update`: `update-device` with the device's whole live XML and the parts that change. */
  | 'update'
  /** The port goes from one bridge to another: libvirt has no way for it. */
  | 'move'
  /** A virsh command of its own. */
  | ((live: Element, persistent: Element) => Call);

export interface LiveField {
  /** What it covers, with all that is in it. */
  readonly paths: readonly string[];
  /** Both the live device and its definition meet one of these; always, if there are none. */
  readonly when?: readonly Condition[];
  readonly way: Way;
}

/** What can be done to the devices of one class while the guest runs. */
export interface DeviceClass {
  /** The devices that can be attached and detached meet one of these; none by default. */
  readonly plug?: readonly Condition[];
  /** The first row that covers a difference holds. */
  readonly fields?: readonly LiveField[];
}

const ALWAYS: Condition = {};
const REMOVABLE: Condition = { '@device': ['cdrom', 'floppy'] };
/** QEMU neither starts nor stops to ask for a password while it runs. */
const PASSWORD: Condition = { '@passwd': /./ };
const OVS_BRIDGE: Condition = {
  '@type': ['bridge'],
  'virtualport/@type': ['openvswitch'],
  'source/@network': [''],
};

/**
 * What may change in a running guest, by class of device; what isn't here waits for its next start. Sources: libvirt's
 * qemu_hotplug.c (qemuDomainAttachDeviceLive, qemuDomainDetachDeviceLive) and qemuDomainUpdateDeviceLive; virsh(1).
 */
export const DEVICE_CLASSES: Readonly<Record<string, DeviceClass>> = {
  disk: {
    plug: [
      { '@device': ['disk', 'lun', ''], 'target/@bus': ['virtio', 'scsi', 'usb'] },
      { '@device': ['cdrom'], 'target/@bus': ['scsi', 'usb'] },
    ],
    fields: [
      { paths: ['@type', 'source', 'driver/@type', 'backingStore'], when: [REMOVABLE], way: 'update' },
      { paths: ['iotune'], way: tuneDisk },
    ],
  },
  interface: {
    plug: [ALWAYS],
    fields: [
      { paths: ['source/@bridge'], when: [OVS_BRIDGE], way: 'move' },
      {
        paths: ['link', 'vlan', 'filterref', 'source', 'virtualport', 'coalesce', 'port'],
        way: 'update',
      },
      { paths: ['bandwidth'], way: tuneInterface },
      { paths: ['@trustGuestRxFilters'], way: 'update' },
    ],
  },
  graphics: {
    fields: [{ paths: ['@passwd', '@passwdValidTo', '@connected'], when: [PASSWORD], way: 'update' }],
  },
  memballoon: { fields: [{ paths: ['stats'], way: reportMemory }] },
  controller: { plug: [{ '@type': ['scsi'] }] },
  channel: { plug: [{ 'target/@type': ['virtio', 'guestfwd'] }] },
  console: { plug: [{ 'target/@type': ['virtio'] }] },
  serial: { plug: [{ 'target/@type': ['usb-serial', 'pci-serial'] }] },
  input: { plug: [{ '@bus': ['usb', 'virtio'] }] },
  filesystem: { plug: [{ 'driver/@type': ['virtiofs'] }] },
  watchdog: { plug: [{ '@model': ['i6300esb'] }] },
  hostdev: { plug: [{ '@mode': ['subsystem'] }] },
  redirdev: { plug: [ALWAYS] },
  rng: { plug: [ALWAYS] },
  memory: { plug: [ALWAYS] },
  shmem: { plug: [ALWAYS] },
  vsock: { plug: [ALWAYS] },
};

const meets = (device: Element, condition: Condition): boolean =>
  Object.entries(condition).every(([path, wanted]) => {
    const value = valueAt(device, path) ?? '';
    return wanted instanceof RegExp ? wanted.test(value) : wanted.includes(value);
  });

/** Whether a device can be attached to a running guest, and detached. */
export const isPluggable = (device: Element): boolean =>
  DEVICE_CLASSES[device.name]?.plug?.some((condition) => meets(device, condition)) ?? false;

/** How a part of a device changes while the guest runs. @returns undefined when it can't */
export function wayOf(live: Element, persistent: Element, path: string): Way | undefined {
  const covers = ({ paths }: LiveField) =>
    paths.some((field) => path === field || path.startsWith(`${field}/`));
  const holds = ({ when = [ALWAYS] }: LiveField) =>
    when.some((condition) => meets(live, condition) && meets(persistent, condition));
  return DEVICE_CLASSES[live.name]?.fields?.find((field) => covers(field) && holds(field))?.way;
}
