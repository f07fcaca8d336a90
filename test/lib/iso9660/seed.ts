import { ANSWER_DISK, MAC } from './boot.ts';
import type { MemoryFile } from './files.ts';

/** The labels of a guest's two ISOs. */
export const LABEL = { seed: 'cidata', other: 'tree' };

/** What else of an ISO the kernel reads, by the option that leaves the rest out. */
export const OTHER_NAMES = { joliet: 'norock', plain: 'norock,nojoliet' };

const listing = (name: string, label: string, mount: string) => `
  mount ${mount} LABEL=${label} /mnt
  (cd /mnt; find . -type f -print0 | xargs -0 -r sha256sum -z) >${name}-files
  (cd /mnt; find . -mindepth 1 ! -type f -printf '%y %P\\0') >${name}-folders
  umount /mnt`;

// Letters come as UTF-8 whatever the kernel was built for: that is Debian's default for Joliet (NLS_DEFAULT), and Rock
// Ridge's names are bytes.
const MOUNT = '-t iso9660 -o ro,iocharset=utf8';

/** What the guest does as soon as it has its network and its name, and nothing after it. */
const script = `
  mkdir /run/answer; cd /run/answer
  exec 2>errors
  trap 'tar -cf ${ANSWER_DISK} .; sync; poweroff -ff' EXIT
  cat /var/lib/cloud/data/instance-id >instance-id
  cat /var/lib/cloud/instance/datasource >source
  cat /proc/sys/kernel/hostname >hostname
  ip -4 -o address show dev eth0 >address
  ${listing('seed', LABEL.seed, MOUNT)}
  ${listing('other', LABEL.other, MOUNT)}
  ${Object.entries(OTHER_NAMES)
    .map(([names, option]) => listing(names, LABEL.seed, `${MOUNT},${option}`))
    .join('')}
  dmesg | grep -iE 'isofs|iso ?9660|rock' | grep -v 'ISO 9660 Extensions' >complaints`;

/**
 * The files that make cloud-init set the guest up and have it answer (see `bootWith`): who it is (`instance-id`, `source`,
 * `hostname`, `address`), what mount and the like said (`errors`), what the kernel said of ISOs (`complaints`), and of
 * `seed`, `other` and each of OTHER_NAMES (of the seed) the `-files`, as `sha256sum -z` prints them, and the `-folders`, as `d a/b`,
 * with a NUL after each.
 */
export function seedFiles(): MemoryFile[] {
  const user = {
    // What takes long in an emulated guest and nobody needs.
    cloud_init_modules: ['set_hostname', 'bootcmd'],
    cloud_config_modules: [],
    cloud_final_modules: [],
    bootcmd: [script],
  };
  const meta = { 'instance-id': 'volume-1', 'local-hostname': 'by-seed' };
  const network = {
    version: 2,
    ethernets: { eth0: { match: { macaddress: MAC }, addresses: ['192.0.2.1/24'] } },
  };
  const file = (path: string, content: string) => ({ path, content: new TextEncoder().encode(content) });
  return [
    file('user-data', `#cloud-config\n${JSON.stringify(user, null, 1)}\n`),
    file('meta-data', JSON.stringify(meta)),
    file('network-config', JSON.stringify(network)),
  ];
}
