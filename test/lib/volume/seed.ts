import { ANSWER_DISK, MAC } from './boot.ts';
import { type Kind, labelIn, type MemoryFile } from './images.ts';

/** What a guest of these tests finds. */
export interface Guest {
  /** The kind of its seed. */
  readonly seed: Kind;
  /** The kind of its other volume. */
  readonly other: Kind;
  /** 1 to 254: in its instance-id, `volume-1`, and its address, 192.0.2.1/24. Its name is `by-` and its seed's kind. */
  readonly number: number;
}

/** The labels of its two volumes. */
export const LABEL = { seed: 'cidata', other: 'tree' };

// Letters come as UTF-8 whatever the kernel was built for. Debian's has both as its default (FAT_DEFAULT_UTF8, and
// NLS_DEFAULT for Joliet); Rock Ridge's names are bytes.
const OPTIONS: Readonly<Record<Kind, string>> = { iso9660: 'ro,iocharset=utf8', vfat: 'ro,utf8' };

/** What else of an ISO the kernel reads, by the option that leaves the rest out. */
export const OTHER_NAMES = { joliet: 'norock', plain: 'norock,nojoliet' };

const listing = (name: string, label: string, mount: string) => `
  mount ${mount} LABEL=${label} /mnt
  (cd /mnt; find . -type f -print0 | xargs -0 -r sha256sum -z) >${name}-files
  (cd /mnt; find . -mindepth 1 ! -type f -printf '%y %P\\0') >${name}-folders
  umount /mnt`;

function listings(name: string, kind: Kind, label: string): string {
  const more = kind === 'iso9660' ? Object.entries(OTHER_NAMES) : [];
  const ways = [[name, ''], ...more.map(([names, option]) => [names, `,${option}`])] as const;
  const mount = (option = '') => `-t ${kind} -o ${OPTIONS[kind]}${option}`;
  return ways.map(([to = '', option]) => listing(to, labelIn(kind, label), mount(option))).join('');
}

/** What the guest does as soon as it has its network and its name, and nothing after it. */
const script = ({ seed, other }: Guest) => `
  mkdir /run/answer; cd /run/answer
  exec 2>errors
  trap 'tar -cf ${ANSWER_DISK} .; sync; poweroff -ff' EXIT
  cat /var/lib/cloud/data/instance-id >instance-id
  cat /var/lib/cloud/instance/datasource >source
  cat /proc/sys/kernel/hostname >hostname
  ip -4 -o address show dev eth0 >address
  ${listings('seed', seed, LABEL.seed)}
  ${listings('other', other, LABEL.other)}
  dmesg | grep -iE 'fat-fs|isofs|iso ?9660|rock' | grep -v 'ISO 9660 Extensions' >complaints`;

/**
 * The files that make cloud-init set the guest up and have it answer (see `bootWith`): who it is (`instance-id`, `source`,
 * `hostname`, `address`), what mount and the like said (`errors`), what the kernel said of volumes (`complaints`), and of
 * `seed`, `other` and each of OTHER_NAMES the `-files`, as `sha256sum -z` prints them, and the `-folders`, as `d a/b`,
 * with a NUL after each.
 */
export function seedFiles(guest: Guest): MemoryFile[] {
  const user = {
    // What takes long in an emulated guest and nobody needs.
    cloud_init_modules: ['set_hostname', 'bootcmd'],
    cloud_config_modules: [],
    cloud_final_modules: [],
    bootcmd: [script(guest)],
  };
  const meta = { 'instance-id': `volume-${guest.number}`, 'local-hostname': `by-${guest.seed}` };
  const network = {
    version: 2,
    ethernets: { eth0: { match: { macaddress: MAC }, addresses: [`192.0.2.${guest.number}/24`] } },
  };
  const file = (path: string, content: string) => ({ path, content: new TextEncoder().encode(content) });
  return [
    file('user-data', `#cloud-config\n${JSON.stringify(user, null, 1)}\n`),
    file('meta-data', JSON.stringify(meta)),
    file('network-config', JSON.stringify(network)),
  ];
}
