import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { isLocalSystem } from '../../lib/libvirt/console-log.ts';
import { isContainer } from './names.ts';
import type { VmOptions } from './options.ts';

// A VM and a container are domains of two drivers of libvirt, which would have them under one name.

/** Where libvirt keeps definitions, by kind (virDomainConfigFile). */
const DEFINITIONS = { vm: '/etc/libvirt/qemu', container: '/etc/libvirt/lxc' } as const;

const otherThan = (vm: Pick<VmOptions, 'kind'>) => (isContainer(vm) ? 'vm' : 'container');

/** Whether this host has a guest of the name that is of the other kind. */
export const observeOther = async (
  host: Host,
  vm: Pick<VmOptions, 'name' | 'kind' | 'uri'>,
): Promise<boolean> =>
  (isContainer(vm) || isLocalSystem(vm.uri)) &&
  (await host.stat(`${DEFINITIONS[otherThan(vm)]}/${vm.name}.xml`)) !== undefined;

/** The error of an entry that is of another kind than the guest of its name. */
export function otherKindFailure(vm: Pick<VmOptions, 'name' | 'kind'>): Failure {
  const kind = otherThan(vm);
  return new Failure(
    `option 'kind': ${vm.name} is a ${kind === 'vm' ? 'VM' : kind} on this host: give 'kind: ${kind}', or remove it first with that and 'state: absent'`,
  );
}
