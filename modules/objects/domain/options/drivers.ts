import { type Driver, driverAt } from '../../../lib/libvirt/driver.ts';
import { type DefiningOption, LXC_PATHS, OPTION_PATHS } from './paths.ts';

// Which options are for which driver of libvirt: the rules that follow from that, and what the documentation says of it.

/**
 * What only a virtual machine has, by the path of the option, with the reason why a container has none. A `[]` is any item of a
 * list.
 */
export const OF_MACHINES = {
  vcpus_max: "'vcpus' changes while it runs, and has no maximum",
  // The driver starts a container with all of its memory, whatever this is (measured with libvirt 9.0).
  current_memory: "'memory' changes while it runs",
  virt_type: 'it is neither KVM nor emulation',
  machine: 'it has no machine type',
  cpu_mode: "it has the host's processors",
  cpu_model: "it has the host's processors",
  cpu_features: "it has the host's processors",
  features: 'it has no ACPI, APIC or PAE',
  firmware: 'it has no firmware',
  secure_boot: 'it has no firmware',
  boot: "it boots from no device, but by 'init'",
  kernel: "it has the host's kernel",
  initrd: "it has the host's kernel",
  cmdline: "it has the host's kernel",
  disks: "it has directories of the host, in 'filesystems'",
  graphics: 'it has no screen',
  video: 'it has no screen',
  console_log: 'libvirt keeps no log of its console',
  guest_agent: 'it has no agent of QEMU',
  rng: "it has the host's /dev/urandom",
  rng_source: "it has the host's /dev/urandom",
  tpm: 'it has no TPM',
  hotplug_slots: 'it has no PCI bus',
  remove_storage: "it has no disks, and the directories of 'filesystems' are kept",
  'interfaces[].queues': 'its interfaces are no network cards',
  'interfaces[].boot_order': "it boots from no device, but by 'init'",
  'interfaces[].checksum_offload': 'its interfaces are no network cards',
  'interfaces[].mtu': 'libvirt sets none in it',
} as const;

/** What only a container has, by the path of the option. */
export const OF_CONTAINERS = [
  'init',
  'init_arguments',
  'init_environment',
  'init_directory',
  'filesystems',
  'idmap',
  'interfaces[].guest_device',
  'interfaces[].addresses',
  'interfaces[].gateways',
] as const;

/** The paths of a definition that options cover. */
export const pathsOf = (driver: Driver, options: readonly DefiningOption[]): ReadonlySet<string> =>
  new Set(
    options.flatMap((name) => [
      ...OPTION_PATHS[name],
      ...(driver.name === 'lxc' ? (LXC_PATHS[name] ?? []) : []),
    ]),
  );

/** Whether the options are those of a container. */
export const isContainer = ({ uri }: { readonly uri: string }): boolean => driverAt(uri).name === 'lxc';
