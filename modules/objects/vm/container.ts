import { withDefaults } from '../../lib/ansible/coerce.ts';
import { updatesOf } from '../../lib/cloudinit/updates.ts';
import { isMapping } from '../../lib/cloudinit/yaml/value.ts';
import { RANGE } from '../../lib/container/range.ts';
import { hasCloudInit, type State as RootState } from '../root/observe.ts';
import { type RootOptions, rootOptions } from '../root/options.ts';
import { userDataOf } from './accounts.ts';
import { adapterOf } from './adapter.ts';
import { isContainer, rootPath } from './names.ts';
import { asksDhcp, type GuestInterface, networkConfigOf, staticOf } from './network.ts';
import type { VmInterface, VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

// A container is a root and a domain. The users of its root, and whether its guest has cloud-init, are known when the root has been
// looked at.

/**
 * The root of a container; none of a VM, and none in a task that leaves it alone.
 * @param macs the MAC address of each interface. To observe the root, they are not needed.
 */
export function rootsOf(vm: VmOptions, macs?: readonly string[]): RootOptions[] {
  const { name, hostname = name, instance_id = name, validate, interfaces, state } = vm;
  if (!isContainer(vm) || isPowerOnly(vm)) return [];
  const dest = rootPath(vm);
  if (state === 'absent') return vm.remove_storage ? [withDefaults(rootOptions, { dest, state })] : [];
  const root = {
    ...{ dest, hostname, instance_id, validate },
    template: `${vm.image_directory}/${vm.archive_name}`,
    user_data: userDataOf(vm),
    // It has no udev, so cloud-init sees no interface that is attached.
    vendor_data: vm.reconfigure && instance_id !== 'content' ? updatesOf(false) : undefined,
    network_config: macs && interfaces.length > 0 ? networkConfigOf(interfaces, macs) : undefined,
    authorized_keys: keysOf(vm),
    interfaces: interfaces.map(rootInterface),
  };
  return [withDefaults(rootOptions, root)];
}

/** What a root without cloud-init says of an interface: fixed addresses are in the definition, where they can change. */
const rootInterface = (nic: GuestInterface) => ({
  ...{ name: nic.name, dhcp: asksDhcp(nic, 4), dhcp6: asksDhcp(nic, 6), addresses: [], gateways: [] },
  dns: [...staticOf(nic).servers],
  mtu: nic.mtu,
});

/** The keys of root. */
function keysOf({ ssh_authorized_keys: keys = [], users }: VmOptions): string[] {
  const roots = (Array.isArray(users) ? users : []).filter((one) => isMapping(one) && one.name === 'root');
  return [
    ...keys,
    ...roots.flatMap(({ ssh_authorized_keys: of }) => (Array.isArray(of) ? of.map(String) : [])),
  ];
}

/**
 * The container with the users of its root, and with the addresses that libvirt sets where it has no cloud-init. One whose root can't be
 * looked at, which may be its guest's work, is stopped all the same where it is to be: nothing else of it is changed then. Pure.
 */
export function withRoot(vm: VmOptions, root: RootState | Error | undefined): VmOptions {
  if (root instanceof Error) return vm.state === 'stopped' ? { ...vm, steps: 'stop' } : vm;
  if (!root || vm.state === 'absent' || root.first === undefined) return vm;
  const inside = (nic: VmInterface): GuestInterface => {
    const { addresses, gateways } = staticOf(nic);
    return { ...nic, inside: { addresses, gateways } };
  };
  return {
    ...vm,
    domain: { ...vm.domain, idmap: { target: root.first, count: RANGE } },
    interfaces: hasCloudInit(root) ? vm.interfaces : vm.interfaces.map(inside),
  } as VmOptions;
}

/** What the domain of a container has beside what all domains have. */
export const containerOf = (vm: VmOptions) => ({
  memory: vm.memory,
  filesystems: [{ source: rootPath(vm), target: '/' }, ...(vm.domain.filesystems ?? [])],
  interfaces: [...(vm.domain.interfaces ?? []), ...vm.interfaces.map((nic, i) => interfaceOf(vm, nic, i))],
});

const interfaceOf = (vm: VmOptions, nic: GuestInterface, i: number) => ({
  ...adapterOf(vm, nic, i),
  ...{ guest_device: nic.name, ...nic.inside },
});
