import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { isLocalSystem } from '../../lib/libvirt/console-log.ts';
import { isContainer, rootPath } from './names.ts';
import type { VmOptions } from './options.ts';

// A VM and a container are domains of two drivers of libvirt, which would have them under one name.

/** Where libvirt keeps definitions, by kind (virDomainConfigFile). */
const DEFINITIONS = { vm: '/etc/libvirt/qemu', container: '/etc/libvirt/lxc' } as const;

const otherThan = (vm: Pick<VmOptions, 'kind'>) => (isContainer(vm) ? 'vm' : 'container');

/** What this host has under the name of a guest that is of the other kind: a guest, or the root that was kept of one. */
export type Other = 'guest' | 'root' | undefined;

/** Looks for what the host has under the name of a guest. */
export async function observeOther(
  host: Host,
  vm: Pick<VmOptions, 'name' | 'kind' | 'uri' | 'directory'>,
): Promise<Other> {
  if (!isContainer(vm) && !isLocalSystem(vm.uri)) return undefined;
  if (await host.stat(`${DEFINITIONS[otherThan(vm)]}/${vm.name}.xml`)) return 'guest';
  return !isContainer(vm) && (await host.stat(rootPath(vm))) ? 'root' : undefined;
}

/** The error of an entry that is of another kind than what the host has under its name. */
export function otherKindFailure(
  vm: Pick<VmOptions, 'name' | 'kind' | 'directory'>,
  other: 'guest' | 'root',
): Failure {
  const kind = otherThan(vm);
  return new Failure(
    other === 'root'
      ? `option 'kind': the root of a container ${vm.name} was kept in ${rootPath(vm)}, and users of VMs can't enter its directory: remove it, by 'kind: container' with 'state: absent' and 'remove_storage: true'`
      : `option 'kind': ${vm.name} is a ${kind === 'vm' ? 'VM' : kind} on this host: give 'kind: ${kind}', or remove it first with that and 'state: absent'`,
  );
}
