/** The Debian releases that the lab knows, by number, with the code name that archives use. */
export const releases = { 12: 'bookworm', 13: 'trixie' } as const;

/** A Debian release number. */
export type Release = keyof typeof releases;

/** What a root that is booted is for: see `packages`. */
export type BootedKind = 'hypervisor' | 'bare';

/** What a root that programs are run in is for. */
export type ControllerKind = 'controller' | 'stranger';

export type Kind = BootedKind | ControllerKind;

// Enough for Ansible to reach a machine that systemd booted, and no Node.js.
const bare = ['systemd', 'systemd-sysv', 'dbus', 'python3', 'openssh-server', 'ifupdown', 'iproute2'];

const hypervisor = [
  ...bare,
  'iputils-ping',
  'nodejs',
  'qemu-system-x86',
  'qemu-utils',
  'ovmf',
  'swtpm',
  'swtpm-tools',
  'libvirt-daemon-system',
  'libvirt-clients',
  'openvswitch-switch',
  'debootstrap',
  'dnsmasq-base',
  'nftables',
  'e2fsprogs',
  'fdisk',
  'bzip2',
  'xz-utils',
  'zstd',
  // Tells what a module opened and whom it called.
  'strace',
  'grub-pc-bin',
  // Clients and judges of networks.
  'bind9-dnsutils',
  'busybox',
  'ethtool',
  'socat',
  // The judges of what we write, and the Python modules that benches compare us with.
  'genisoimage',
  'xorriso',
  'libarchive-tools',
  'dosfstools',
  '7zip',
  'tcpdump',
  'ansible-core',
  'python3-apt',
  'python3-openvswitch',
  'python3-lxml',
  'python3-libvirt',
];

const controller = [
  'ansible-core',
  'ansible-lint',
  'reuse',
  'python3',
  'openssh-client',
  'git',
  // Only asked what it thinks of a document: a controller is never booted, so none of its services runs.
  'cloud-init',
  'netplan.io',
];

// The machine of one who installs a release: no Node.js, npm or git.
const stranger = ['ansible-core', 'openssh-client'];

/** The packages of each kind of root, on top of debootstrap's `minbase`. An edit here rebuilds the root. */
export const packages: Record<Kind, readonly string[]> = { hypervisor, bare, controller, stranger };
