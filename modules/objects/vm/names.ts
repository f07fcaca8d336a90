import { createHash } from 'node:crypto';
import { CONTAINERS } from '../../lib/libvirt/connections.ts';
import type { VmInterface, VmNetwork, VmOptions } from './options.ts';

type Named = Pick<VmOptions, 'name' | 'directory'>;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export const directoryOf = ({ name, directory }: Named): string => `${directory}/${name}`;

export const diskPath = (vm: Named & Pick<VmOptions, 'disk_name'>): string =>
  `${directoryOf(vm)}/${vm.disk_name}.qcow2`;

export const seedPath = (vm: Named & Pick<VmOptions, 'cloudinit_file'>): string =>
  `${directoryOf(vm)}/${vm.cloudinit_file}_ci.iso`;

/** Whether a guest is a container, and no virtual machine. */
export const isContainer = ({ kind }: Pick<VmOptions, 'kind'>): boolean => kind === 'container';

/** The connection of a guest. libvirt's containers are those of one driver, whatever the connection of VMs is. */
export const uriOf = (vm: Pick<VmOptions, 'kind' | 'uri'>): string => (isContainer(vm) ? CONTAINERS : vm.uri);

/** The root of a container. */
export const rootPath = (vm: Named): string => `${directoryOf(vm)}/root`;

export const archivePath = ({ directory }: Named, archive: string): string =>
  `${directory}/${archive}.tar.gz`;

// IFNAMSIZ is 16, and the name ends with a zero.
const LONGEST = 15;

/** The name of a guest's NIC: those of networks are the first ones. */
export const nicName = ({ interface: given }: Pick<VmNetwork, 'interface'>, i: number): string =>
  given ?? `eth${i}`;

/** A guest's interface on the host: veth-VM-INTERFACE where that is a valid name, else a digest of it. */
export function targetOf(
  { name }: Pick<VmOptions, 'name'>,
  { name: nic, target }: Pick<VmInterface, 'name' | 'target'>,
): string {
  const plain = `veth-${name}-${nic}`;
  return target ?? (plain.length <= LONGEST ? plain : `veth-${sha256(plain).slice(0, 10)}`);
}

/**
 * The default MAC address of an interface. It depends on names only, so adding an interface changes no other. The name of
 * the hypervisor counts, since two hypervisors may have guests of one name in connected networks.
 */
export function defaultMac({ hypervisor, name }: VmOptions, nic: Pick<VmInterface, 'name'>): string {
  const digest = sha256(`${hypervisor}/${name}/${nic.name}`);
  return ['52:54:00', digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6)].join(':');
}
