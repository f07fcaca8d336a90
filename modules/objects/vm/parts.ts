import { dirname } from 'node:path';
import { withDefaults } from '../../lib/ansible/coerce.ts';
import { updatesOf } from '../../lib/cloudinit/updates.ts';
import { isLocalSystem } from '../../lib/libvirt/console-log.ts';
import { type DiskOptions, diskOptions } from '../disk/options.ts';
import { type DomainOptions, domainOptions } from '../domain/options/options.ts';
import { type SeedOptions, seedOptions } from '../seed/options.ts';
import { userDataOf } from './accounts.ts';
import { adapterOf } from './adapter.ts';
import { containerOf } from './container.ts';
import { dataDisksOf, domainDisksOf } from './data-disks.ts';
import { diskOrder, isoDrives, isoGraphics } from './iso.ts';
import { kernelOptions } from './kernel.ts';
import { archivePath, directoryOf, diskPath, isContainer, seedPath, uriOf } from './names.ts';
import { networkConfigOf } from './network.ts';
import type { VmInterface, VmOptions } from './options.ts';
import { isPowerOnly, powerOf } from './power.ts';

// The options of a VM's parts.

/** A disk that a task makes or removes. */
export interface DiskPart {
  /** Its entry in `disks`; undefined for the other ones. */
  readonly at: string | undefined;
  readonly options: DiskOptions;
}

/**
 * The disks that a task makes or removes: one from an archive or an image, then the data disks. Of a VM that is removed with its
 * storage, all disks in its directory. A container has none.
 */
export function diskPartsOf(vm: VmOptions): DiskPart[] {
  const { state, remove_storage } = vm;
  if (isPowerOnly(vm) || isContainer(vm)) return [];
  const made = dataDisksOf(vm).filter(({ isMade }) => isMade);
  if (state !== 'absent') {
    const data = made.map(({ at, path: dest, format, given: { size } }) => ({
      at,
      options: withDefaults(diskOptions, { dest, format, size }),
    }));
    return [{ at: undefined, options: diskOf(vm) }, ...data];
  }
  if (!remove_storage) return [];
  const removed = new Set([...removedFiles(vm), ...made.map(({ path }) => path)]);
  return [...removed].map((dest) => ({ at: undefined, options: withDefaults(diskOptions, { dest, state }) }));
}

export const disksOf = (vm: VmOptions): DiskOptions[] => diskPartsOf(vm).map(({ options }) => options);

function diskOf(vm: VmOptions): DiskOptions {
  const { archive_name = '', archives, backing, disk_size: size, image_directory } = vm;
  if (vm.iso) return withDefaults(diskOptions, { dest: diskPath(vm), format: 'qcow2', size });
  const from = archives.includes(archive_name)
    ? { source: archivePath(vm, archive_name), backing: 'copy' }
    : { source: `${image_directory}/${archive_name}`, backing };
  return withDefaults(diskOptions, { dest: diskPath(vm), ...from, format: 'qcow2', size });
}

// The domain may have disks in other directories, which are kept.
function removedFiles(vm: VmOptions): string[] {
  const listed = (vm.domain.disks ?? []).flatMap(({ source, device }) =>
    source !== undefined && device === 'disk' && dirname(source) === directoryOf(vm) ? source : [],
  );
  return [diskPath(vm), ...listed];
}

/** The domain, with the VM's disk, seed and interfaces before or after those in `domain`. */
export function domainOf(vm: VmOptions): DomainOptions {
  const { name, shutdown_timeout, force_off, restart } = vm;
  const uri = uriOf(vm);
  const power = { name, uri, shutdown_timeout, force_off };
  if (vm.state === 'absent') return withDefaults(domainOptions, { ...power, state: 'absent' });
  const only = powerOf(vm);
  if (only) return withDefaults(domainOptions, { ...power, ...only });
  const { memory, memory_max, vcpus, vcpus_max, machine, virt_type, cpu_mode, autostart, domain } = vm;
  const { group, type, index } = vm;
  const common = {
    ...power,
    ...(group === undefined ? {} : { member_of: { group, type, index } }),
    ...{ restart, vcpus, autostart },
    state: vm.steps === 'define' && vm.state === 'running' ? 'present' : vm.state,
  };
  if (isContainer(vm)) return withDefaults(domainOptions, { ...domain, ...common, ...containerOf(vm) });
  return withDefaults(domainOptions, {
    ...domain,
    // A new domain has it by default; another one needs it to be waited for.
    console_log:
      domain.console_log ?? (vm.wait && domain.console !== false && isLocalSystem(uri) ? true : undefined),
    ...kernelOptions(vm),
    ...isoGraphics(vm),
    ...common,
    ...{ machine, virt_type },
    // A domain keeps its processor where there is no mode.
    cpu_mode: cpu_mode === 'baseline' ? undefined : cpu_mode,
    // A domain's memory is the most that its guest can have.
    ...(memory_max === undefined ? { memory } : { memory: memory_max, current_memory: memory }),
    ...(vcpus_max === undefined ? {} : { vcpus_max }),
    disks: [
      { source: diskPath(vm), target: 'vda', boot_order: diskOrder(vm) },
      { source: seedPath(vm), device: 'cdrom', target: 'sda' },
      ...isoDrives(vm),
      ...domainDisksOf(vm),
      ...(domain.disks ?? []),
    ],
    interfaces: [...(domain.interfaces ?? []), ...vm.interfaces.map((nic, i) => interfaceOf(vm, nic, i))],
  });
}

const interfaceOf = (vm: VmOptions, nic: VmInterface, i: number) => ({
  ...adapterOf(vm, nic, i),
  ...(vm.checksum_offload ? {} : { checksum_offload: false }),
});

/**
 * The seed; none of a container, and none in a task that only starts VMs.
 * @param macs the MAC address of each interface. To observe the seed, they are not needed.
 * @param hasHook whether its guest has cloud-init's hook for interfaces that come and go
 */
export function seedsOf(vm: VmOptions, macs?: readonly string[], hasHook = true): SeedOptions[] {
  const { name, hostname = name, instance_id = name, extra_files, validate, interfaces, state } = vm;
  if (isPowerOnly(vm) || isContainer(vm)) return [];
  const dest = seedPath(vm);
  if (state === 'absent') return [withDefaults(seedOptions, { dest, state })];
  const seed = {
    ...{ dest, hostname, instance_id, extra_files, validate },
    user_data: userDataOf(vm),
    // With an ID of the content, a guest applies every change at its next start.
    vendor_data: vm.reconfigure && instance_id !== 'content' ? updatesOf(hasHook) : undefined,
    network_config: macs && interfaces.length > 0 ? networkConfigOf(interfaces, macs) : undefined,
    owner: vm.kvm_qemu_user,
    group: vm.kvm_qemu_group,
  };
  return [withDefaults(seedOptions, seed)];
}

/** The archive on the controller that must be copied to the host for the disk: its name, and its path on the host. */
export function uploadsOf(vm: VmOptions): Record<string, string> {
  const { archive_name: name, archives, uploaded } = vm;
  const isMissing =
    name !== undefined && !vm.iso && !isContainer(vm) && archives.includes(name) && !uploaded.includes(name);
  return isMissing && vm.state !== 'absent' ? { [name]: archivePath(vm, name) } : {};
}
