import { MEMBER_ELEMENT } from '../../../lib/libvirt/member.ts';

/** The paths of elements and attributes of a definition that each option covers. Options that are not here define nothing. */
export const OPTION_PATHS = {
  title: ['domain/title'],
  description: ['domain/description'],
  member_of: [`domain/metadata/${MEMBER_ELEMENT}`],
  memory: ['domain/memory'],
  current_memory: ['domain/currentMemory'],
  vcpus: ['domain/vcpu'],
  vcpus_max: ['domain/vcpu'],
  virt_type: ['domain/@type'],
  machine: ['domain/os/type'],
  cpu_mode: ['domain/cpu'],
  cpu_model: ['domain/cpu'],
  cpu_features: ['domain/cpu/feature'],
  features: ['domain/features/acpi', 'domain/features/apic', 'domain/features/pae'],
  firmware: ['domain/os/@firmware', 'domain/os/firmware'],
  secure_boot: ['domain/os/firmware'],
  boot: ['domain/os/boot'],
  kernel: ['domain/os/kernel'],
  initrd: ['domain/os/initrd'],
  cmdline: ['domain/os/cmdline'],
  // A disk on SCSI adds the controller.
  disks: ['domain/devices/disk', 'domain/devices/controller'],
  interfaces: ['domain/devices/interface'],
  graphics: ['domain/devices/graphics'],
  video: ['domain/devices/video'],
  console: ['domain/devices/serial', 'domain/devices/console'],
  console_log: ['domain/devices/serial', 'domain/devices/console'],
  guest_agent: ['domain/devices/channel'],
  rng: ['domain/devices/rng'],
  rng_source: ['domain/devices/rng'],
  tpm: ['domain/devices/tpm'],
  init: ['domain/os/init'],
  init_arguments: ['domain/os/initarg'],
  init_environment: ['domain/os/initenv'],
  init_directory: ['domain/os/initdir'],
  filesystems: ['domain/devices/filesystem'],
  idmap: ['domain/idmap'],
  // It covers what it contains.
  extra_xml: [],
} as const satisfies Record<string, readonly string[]>;

export type DefiningOption = keyof typeof OPTION_PATHS;

/** What an option covers of a container beside that. */
export const LXC_PATHS: Readonly<Partial<Record<DefiningOption, readonly string[]>>> = {
  vcpus: ['domain/cputune/period', 'domain/cputune/quota'],
};

/** The options that a definition is built from. A task without any of them, and without XML, leaves the definition as it is. */
export const DEFINING = Object.keys(OPTION_PATHS) as DefiningOption[];

/** Options that keep what they cover when a task omits them. What the others applied is removed when a task omits them. */
export const KEPT_WHEN_OMITTED = [
  'memory',
  'vcpus',
  'virt_type',
  'machine',
  'cpu_mode',
  'features',
  'firmware',
  'disks',
  'interfaces',
  'console',
  'console_log',
  'guest_agent',
  'rng',
  'init',
  'filesystems',
  'idmap',
] as const satisfies readonly DefiningOption[];
