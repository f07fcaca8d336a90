import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

// What a hypervisor of the lab needs beyond a real one, so that libvirt can run containers in it. It is itself a container, on a
// machine whose controllers are those of cgroup 1.

/**
 * The environment of systemd-nspawn that keeps systemd inside out of cgroup 2: libvirt moves processes in `name=systemd` only,
 * and machined must find them where libvirt has put them.
 */
export const legacyLayout = ['env', 'UNIFIED_CGROUP_HIERARCHY=no'] as const;

/** The options of systemd-nspawn: libvirt shows a container its limits by FUSE. */
export const containerOptions = ['--bind=/dev/fuse'] as const;

// systemd-nspawn mounts the controllers read-only.
const writable = `[Unit]
Description=Make the controllers of cgroup 1 writable for libvirt
DefaultDependencies=no
Before=sysinit.target
ConditionPathIsMountPoint=/sys/fs/cgroup/memory
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for d in /sys/fs/cgroup/*/; do mount -o remount,bind,rw $$d; done'
`;

// A container's end of a veth leaves checksums to the kernel, which the userspace datapath drops unless it knows of offloading.
const offloading = `[Service]
ExecStartPre=/usr/bin/ovs-vsctl --timeout=10 --no-wait set Open_vSwitch . other_config:userspace-tso-enable=true
`;

// The kernel also sees what comes in by an interface that is a port of the userspace datapath. A container's end of a veth must
// not answer for the addresses that the host has on a bridge: the container's packets would come to the host by it.
const addresses = `net.ipv4.conf.all.arp_ignore=1
`;

// In place of libvirt's controller process. In cgroup 1, libvirt 9 takes the *parent* of the group in `name=systemd` that its
// process is in for the container's own: it moves the process there, and gives that group to the container's root. So
// the process has to be in a group below that of the scope which machined is about to make.
const wrapper = `#!/bin/sh
real=/usr/lib/libvirt/libvirt_lxc.real
name= previous=
for argument in "$@"; do
  [ "$previous" = --name ] && name=$argument
  previous=$argument
done
slice=/sys/fs/cgroup/systemd/machine.slice
if [ -n "$name" ] && [ -d /sys/fs/cgroup/systemd ]; then
  group=$slice/machine-$(systemd-escape -- "lxc-$$-$name").scope/libvirt
  mkdir -p "$group"
  echo $$ >"$group/cgroup.procs"
fi
exec "$real" "$@"
`;

/** Writes into a new hypervisor's root what it needs to run containers, whenever libvirt's driver is installed. */
export async function configureContainers(root: string): Promise<void> {
  const units = path.join(root, 'etc/systemd/system');
  for (const directory of ['sysinit.target.wants', 'ovs-vswitchd.service.d'])
    await mkdir(path.join(units, directory), { recursive: true });
  await writeFile(path.join(units, 'lab-cgroups.service'), writable);
  await symlink('../lab-cgroups.service', path.join(units, 'sysinit.target.wants/lab-cgroups.service'));
  await writeFile(path.join(units, 'ovs-vswitchd.service.d/lab-containers.conf'), offloading);
  await writeFile(path.join(root, 'etc/sysctl.d/lab-containers.conf'), addresses);
  const controller = '/usr/lib/libvirt/libvirt_lxc';
  // As dpkg-divert records it: the package's own file goes beside ours.
  await appendFile(path.join(root, 'var/lib/dpkg/diversions'), `${controller}\n${controller}.real\n:\n`);
  await mkdir(path.join(root, path.dirname(controller)), { recursive: true });
  await writeFile(path.join(root, controller), wrapper, { mode: 0o755 });
}
