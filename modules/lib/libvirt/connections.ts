import type { Host } from '../host/host.ts';
import { architecture } from '../host/self.ts';

/** The connection of the containers of a host. */
export const CONTAINERS = 'lxc:///system';

/** The system's libvirt on this host, where no other socket is named. */
const SYSTEM = /^qemu(\+unix)?:\/\/\/system$/;

/** Debian's directory of libraries, by Node's name of the architecture. */
const LIBRARIES: Readonly<Record<string, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  arm: 'arm-linux-gnueabihf',
  ppc64: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  s390x: 's390x-linux-gnu',
};

/** The library of libvirt's LXC driver (package libvirt-daemon-driver-lxc), which libvirtd loads when it starts. */
const driverPath = (): string =>
  `/usr/lib/${LIBRARIES[architecture()] ?? ''}/libvirt/connection-driver/libvirt_driver_lxc.so`;

/**
 * The connections of libvirt that have the guests of a host: the one that is given, and that of containers beside the system's, where
 * the host has the driver. It takes no process.
 * @param uri the connection of the VMs
 */
export async function connectionsOf(host: Host, uri: string): Promise<string[]> {
  const hasContainers = SYSTEM.test(uri) && (await host.stat(driverPath())) !== undefined;
  return hasContainers ? [uri, CONTAINERS] : [uri];
}
