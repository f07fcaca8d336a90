import { OptionError } from '../../lib/failure.ts';
import { CONTAINERS } from '../../lib/libvirt/connections.ts';
import { isLocalSystem } from '../../lib/libvirt/console-log.ts';
import { OF_CONTAINERS, OF_MACHINES } from '../domain/options/drivers.ts';
import { rootOptions } from '../root/options.ts';
import { isContainer } from './names.ts';
import { type VmOptions, vmOptions } from './options.ts';

// What a container has not, with what to do instead. Options of `domain` are checked with the domain.

const NO_DISK = "it has a root instead of disks, and other directories of the host by 'domain.filesystems'";

/** The options of a domain that a VM has itself. */
const { vcpus_max, machine, virt_type, cpu_mode, kernel, cmdline } = OF_MACHINES;

const OF_VMS: Readonly<Partial<Record<keyof VmOptions, string>>> = {
  ...{ vcpus_max, machine, virt_type, cpu_mode, kernel, cmdline },
  memory_max: "'memory' changes while it runs, up to what it was started with",
  disk_name: NO_DISK,
  disk_size: NO_DISK,
  backing: 'its root is a copy',
  disks: NO_DISK,
  iso: 'its root is made from a template',
  extra_files: "its seed has no other files: give them in 'write_files' of 'user_data'",
  cloudinit_file: 'its seed is a directory in its root',
  reattach: 'it configures its interfaces when it starts',
  migrate: "it can't move: remove it on its host, and make it on the other one",
  migration: "it can't move: remove it on its host, and make it on the other one",
};

// Options with a default are always there. To give that is no demand.
const isGiven = (name: keyof VmOptions, value: unknown): boolean =>
  value !== undefined &&
  JSON.stringify(value) !== JSON.stringify((vmOptions[name] as { default?: unknown }).default);

/** Refuses what a container has not, and what only a container has. @throws OptionError */
export function checkKind(vm: VmOptions): void {
  if (isContainer(vm)) checkContainer(vm);
  else checkMachine(vm);
}

function checkContainer(vm: VmOptions): void {
  if (!isLocalSystem(vm.uri) && vm.uri !== CONTAINERS)
    throw new OptionError(
      'uri',
      `is ${vm.uri}, and a container is one of this host, at ${CONTAINERS}: leave it out in its entry`,
    );
  for (const [name, reason] of Object.entries(OF_VMS) as [keyof VmOptions, string][]) {
    if (!isGiven(name, vm[name])) continue;
    throw new OptionError(
      name,
      `is not possible for a container: ${reason}. Leave it out; if it is a default of all guests, give it without a value here`,
    );
  }
  if (vm.domain.idmap !== undefined)
    throw new OptionError(
      'domain.idmap',
      'is that of the users of its root, which are its own: leave it out',
    );
  vm.interfaces.forEach(({ on_link }, i) => {
    if (on_link)
      throw new OptionError(
        `interfaces[${i}].on_link`,
        "is not possible for a container: its 'gateway' must be link-local, or in a subnet of the interface",
      );
  });
  // An entry for surplus guests has the name of their type.
  if (vm.state !== 'absent') checkHostname(vm);
}

function checkHostname({ name, hostname }: VmOptions): void {
  const { pattern = '', hint } = rootOptions.hostname;
  if (new RegExp(`^(?:${pattern})$`).test(hostname ?? name)) return;
  throw new OptionError(
    hostname === undefined ? 'name' : 'hostname',
    `'${hostname ?? name}' can't be the name of a container: it must be ${hint}${hostname === undefined ? ". Give another one in 'hostname'" : ''}`,
  );
}

function checkMachine({ uri, domain }: VmOptions): void {
  if (/^lxc(\+[a-z]+)?:/.test(uri))
    throw new OptionError('uri', `is ${uri}, and 'kind' is vm: leave it out, and give 'kind: container'`);
  const found = OF_CONTAINERS.find((name) => (domain as Record<string, unknown>)[name] !== undefined);
  if (found !== undefined)
    throw new OptionError(`domain.${found}`, "is for containers: leave it out, or give 'kind: container'");
}
