/**
 * What of the definition each option speaks for: paths of elements and attributes. An option that has a place here
 * defines the domain.
 */
export const OPTION_PATHS = {
  title: ['domain/title'],
  description: ['domain/description'],
  memory: ['domain/memory'],
  current_memory: ['domain/currentMemory'],
  vcpus: ['domain/vcpu'],
  vcpus_max: ['domain/vcpu'],
  virt_type: ['domain/@type'],
  machine: ['domain/os/type'],
  cpu_mode: ['domain/cpu'],
  cpu_model: ['domain/cpu'],
  features: ['domain/features/acpi', 'domain/features/apic', 'domain/features/pae'],
  firmware: ['domain/os/@firmware', 'domain/os/firmware'],
  secure_boot: ['domain/os/firmware'],
  boot: ['domain/os/boot'],
  kernel: ['domain/os/kernel'],
  initrd: ['domain/os/initrd'],
  cmdline: ['domain/os/cmdline'],
  // A disk on a bus of its own brings the bus.
  disks: ['domain/devices/disk', 'domain/devices/controller'],
  interfaces: ['domain/devices/interface'],
  graphics: ['domain/devices/graphics'],
  video: ['domain/devices/video'],
  console: ['domain/devices/serial', 'domain/devices/console'],
  guest_agent: ['domain/devices/channel'],
  rng: ['domain/devices/rng'],
  rng_source: ['domain/devices/rng'],
  tpm: ['domain/devices/tpm'],
  // It speaks for what is in it, and that shows when it is there.
  extra_xml: [],
} as const satisfies Record<string, readonly string[]>;

export type DefiningOption = keyof typeof OPTION_PATHS;

/** The options from which a definition is built; without one of them, and without XML, a task only acts on the domain. */
export const DEFINING = Object.keys(OPTION_PATHS) as DefiningOption[];

/** Options that, left out, leave alone what they speak for; what the others stated goes when they are left out. */
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
  'guest_agent',
  'rng',
] as const satisfies readonly DefiningOption[];
