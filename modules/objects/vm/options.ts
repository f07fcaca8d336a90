import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { diskOptions } from '../disk/options.ts';
import { DISK } from '../domain/options/disks.ts';
import { INTERFACE as ADAPTER } from '../domain/options/interfaces.ts';
import { MEMBER } from '../domain/options/member.ts';
import { domainOptions } from '../domain/options/options.ts';
import { seedOptions } from '../seed/options.ts';
import { MIGRATION } from './migration-options.ts';
import { WAIT } from './wait-options.ts';

const FILE_NAME = {
  type: 'str',
  name: true,
  pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,199}',
  hint: "made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
} as const;

/** A network interface of the guest, on a bridge. */
const INTERFACE = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'The name in the guest, such as V(eth0).' },
  mode: {
    type: 'str',
    choices: ['static', 'dhcp', 'manual'],
    default: 'static',
    description:
      'How the interface gets its address: V(static) has O(interfaces[].address), V(manual) has none.',
  },
  address: {
    type: 'str',
    description: 'The address, with a prefix (V(10.10.1.11/24)) or with O(interfaces[].netmask).',
  },
  netmask: { type: 'str', description: 'The netmask of an address without a prefix.' },
  gateway: { type: 'str', description: 'The default gateway.' },
  on_link: {
    type: 'bool',
    default: false,
    description:
      'Whether O(interfaces[].gateway) is on the link although it is in no subnet of the interface. A Debian 12 guest whose network is not configured by ifupdown does not reach such a gateway.',
  },
  dns: { type: 'list', elements: { type: 'str' }, description: 'The addresses of name servers.' },
  comment: { type: 'str', description: "A comment in the guest's network configuration." },
  mac: {
    ...ADAPTER.mac,
    description:
      'The MAC address; by default it is made from O(hypervisor) and the names of VM and interface. An interface of a defined domain keeps its address.',
  },
  target: {
    ...ADAPTER.target,
    description:
      'The name of the interface on the host; by default C(veth-VM-INTERFACE), or a digest of it if that is too long.',
  },
});

/** A label of DNS. */
const LABEL = {
  type: 'str',
  pattern: '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?',
  hint: 'made of small letters, digits and "-", and begin and end with a letter or digit',
} as const;

/** A network interface of the guest, in a network. */
const NETWORK = defineOptions({
  name: { ...LABEL, name: true, required: true, description: 'The network, of M(piecewise.cloud.network).' },
  address: {
    type: 'list',
    elements: { type: 'str' },
    description:
      'The address in the network, or one for IPv4 and one for IPv6. It is reserved in a network with DHCP, and static otherwise. Without it the address comes from DHCP.',
  },
  aliases: {
    type: 'list',
    elements: LABEL,
    default: [],
    description: 'More names of the address in DNS.',
  },
  security_groups: {
    type: 'list',
    elements: LABEL,
    default: [],
    description:
      'The security groups of the interface, in a network of the engine ovn: what they allow comes in, and nothing else. Without a group everything does.',
  },
  interface: {
    type: 'str',
    name: true,
    description:
      'The name in the guest; V(eth0), V(eth1) and so on by default, in the order of the networks.',
  },
  mac: INTERFACE.mac,
  target: INTERFACE.target,
});

/** A disk of the guest beside its first one. */
const DATA_DISK = defineOptions({
  name: {
    type: 'str',
    name: true,
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,19}',
    hint: "made of at most 20 letters, digits, '.', '_' and '-', and begin with a letter or digit",
    description:
      'The name of the disk, and its serial number in the guest, where it is C(/dev/disk/by-id/virtio-NAME). By default V(data), or the file name of O(disks[].source). A disk with another name is another disk.',
  },
  size: {
    ...diskOptions.size,
    description:
      'The size that the guest sees, such as V(20G). It is needed unless O(disks[].source) is given. The disk is made empty, and grown if it is smaller, also while the guest runs. It is never shrunk.',
  },
  source: {
    type: 'path',
    description:
      'A file or block device of the host that exists, and is used as it is: it is not made, grown or removed. Without it, the disk is C(NAME.qcow2) or C(NAME.raw) in the directory of the VM.',
  },
  format: {
    ...DISK.format,
    description:
      'The format; V(qcow2) by default, and V(raw) for a O(disks[].source) under C(/dev/). A disk is not converted.',
  },
  bus: {
    ...DISK.bus,
    choices: ['virtio', 'scsi', 'sata'],
    default: 'virtio',
    description: 'The bus. A disk on V(sata) is only added and removed at the next start of the guest.',
  },
  cache: DISK.cache,
});

/** What a guest is installed from. */
const ISO = defineOptions({
  path: { type: 'path', description: 'The ISO on the host.' },
  url: {
    type: 'str',
    description:
      'The URL of the ISO. It is downloaded into the directory of the VM, once. It needs O(iso.checksum).',
  },
  checksum: {
    type: 'str',
    description: 'The digest of the file at O(iso.url): C(sha256:) or C(sha512:), and hexadecimal digits.',
  },
  console: {
    type: 'str',
    choices: ['vnc', 'serial'],
    default: 'vnc',
    description:
      'How the installer is reached. V(vnc) gives the guest a screen by VNC on 127.0.0.1 of the host as long as it has the medium, unless O(domain.graphics) are given. The installer must use the serial console by itself for V(serial).',
  },
});

const BRIDGE = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'The Open vSwitch bridge.' },
  vlans: {
    ...ADAPTER.vlans,
    description: 'The VLAN of the port; several VLANs make it a trunk.',
  },
});

/** What another hypervisor says of its processor. */
const HOST_CPU = defineOptions({
  host: { type: 'str', required: true, description: 'The name of the hypervisor.' },
  cpu: {
    type: 'str',
    required: true,
    description: 'What M(piecewise.cloud.vm_info) returns as C(cpu) there.',
  },
});

const { memory, vcpus, vcpus_max, machine, virt_type, cpu_mode, restart, shutdown_timeout, force_off, uri } =
  domainOptions;

/** The options of a domain that a VM has itself, or that follow from its options. */
const DECIDED = [
  'name',
  'xml',
  'uri',
  'state',
  'memory',
  'vcpus',
  'machine',
  'virt_type',
  'cpu_mode',
  'autostart',
  'restart',
  'shutdown_timeout',
  'force_off',
  'remove_storage',
  'member_of',
] as const;

/** Whether an option of a domain is not in the VM's `domain`, since the VM decides it. */
export const isDecided = (name: string): boolean => (DECIDED as readonly string[]).includes(name);

const OTHERS = Object.fromEntries(Object.entries(domainOptions).filter(([name]) => !isDecided(name))) as Omit<
  typeof domainOptions,
  (typeof DECIDED)[number]
>;

/** The options of a VM. */
export const vmOptions = defineOptions({
  name: {
    ...FILE_NAME,
    required: true,
    description: 'The name of the VM, of its domain and of its directory.',
  },
  state: {
    type: 'str',
    choices: ['running', 'present', 'stopped', 'absent'],
    default: 'running',
    description: [
      'V(present) makes the VM, and neither starts nor stops it. V(running) also starts it, V(stopped) also shuts it down gracefully.',
      'V(absent) shuts it down gracefully, undefines it and removes its seed. Its disks are kept, unless O(remove_storage=true).',
    ],
  },
  kind: {
    type: 'str',
    choices: ['vm', 'container'],
    default: 'vm',
    description: [
      'V(container) makes a container of libvirt at C(lxc:///system) instead of a virtual machine. It has the kernel of the host. Its root is a directory that is made from a root template of the role C(image), and belongs to users of its own.',
      'Options that a container does not have, such as O(disks), are errors.',
    ],
  },
  host: {
    type: 'str',
    description:
      'The hypervisor of the VM, if one list is for several hypervisors: tasks with another O(hypervisor) ignore the VM.',
  },
  group: {
    ...MEMBER.group,
    description:
      'A group, such as the VMs of one service. It is noted in the metadata of the domain, and the inventory C(piecewise.cloud.guests) has a group of this name.',
  },
  type: {
    ...MEMBER.type,
    description: 'What the VM does in its O(group). The inventory has the group C(GROUP_TYPE).',
  },
  index: {
    ...MEMBER.index,
    description: 'The number of the VM among those of its O(type). VMs of O(groups) have it.',
  },
  surplus: {
    type: 'str',
    choices: ['keep', 'remove'],
    description: [
      'The entry is not a VM, but all VMs on the host that have O(group), O(type) and an O(index), and are not in the task. O(groups) make such entries.',
      'V(keep) names them in a warning. V(remove) removes them, the highest O(index) first, as the other options of the entry say.',
    ],
  },
  hostname: { type: 'str', description: "The guest's host name; O(name) by default." },
  memory: {
    ...memory,
    requiredUnless: ['state', 'absent'],
    description:
      'The memory of the guest: a number of KiB, or a text with a unit such as V(2 GiB). It changes while the guest runs, up to O(memory_max).',
  },
  memory_max: {
    ...memory,
    description:
      'The memory that O(memory) can be raised to while the guest runs; the same as O(memory) if this is not given. The guest sees all of it, and its balloon takes the rest.',
  },
  vcpus,
  vcpus_max: {
    ...vcpus_max,
    description:
      'The number to which O(vcpus) can be raised while the guest runs; the same as O(vcpus) if this is not given.',
  },
  machine,
  virt_type,
  cpu_mode: {
    ...cpu_mode,
    choices: [...cpu_mode.choices, 'baseline'],
    description: [
      ...cpu_mode.description,
      'V(baseline) makes a new VM with a model, as V(custom), that this host and all O(hypervisors) have, so that it can move between them while it runs. libvirt computes it. A VM that is defined keeps the processor of its definition, whatever that is and whatever the hosts are now.',
    ],
  },
  autostart: { type: 'bool', default: true, description: 'Whether the VM starts with the host.' },
  archive_name: {
    ...FILE_NAME,
    requiredUnless: ['state', 'absent', 'iso'],
    description:
      'What the disk is made from: the name of an archive on the controller (O(archives)), else that of an image of the role C(image).',
  },
  disk_name: {
    ...FILE_NAME,
    default: 'disk',
    description: 'The file name of the disk, without C(.qcow2).',
  },
  disk_size: {
    ...diskOptions.size,
    description:
      'The size that the guest sees, such as V(20G); that of the image by default. A disk can grow, but not shrink.',
  },
  backing: {
    type: 'str',
    choices: ['overlay', 'copy'],
    default: 'overlay',
    description:
      'V(overlay) stores what differs from the image, which it needs; V(copy) does not need the image.',
  },
  disks: {
    type: 'list',
    elements: { type: 'dict', options: DATA_DISK },
    default: [],
    description: [
      'More disks of the guest. A running guest gets a new one at once, and one that is taken out of the list is detached from it.',
      'The file of a disk that is taken out is kept, and a later entry with its name uses it again as it is.',
    ],
  },
  iso: {
    type: 'dict',
    options: ISO,
    description: [
      'The medium that the guest is installed from, in place of O(archive_name): the disk is made empty, with O(disk_size). The guest boots from the disk, and from the medium as long as nothing is installed on the disk.',
      'An empty mapping is a drive without a medium, for a guest that is installed. What was downloaded for the guest is then removed.',
    ],
  },
  kernel: {
    type: 'str',
    choices: ['template'],
    description:
      'V(template) boots the guest by the kernel and the initial RAM disk of its image, which has C(kernel), and without a boot loader. The VM gets a copy of them when it is made, and keeps it. A kernel that the guest installs later is not used.',
  },
  cmdline: {
    type: 'str',
    description:
      'The command line of O(kernel); V(root=/dev/vda ro console=tty0 console=ttyS0) by default, for an image of one partition.',
  },
  networks: {
    type: 'list',
    elements: { type: 'dict', options: NETWORK },
    default: [],
    description:
      'The networks of the guest, by one interface each. They come before O(interfaces). The name of the VM is its name in DNS.',
  },
  ovs: {
    type: 'list',
    elements: { type: 'dict', options: BRIDGE },
    default: [],
    description: 'The bridges of O(interfaces), in the same order.',
  },
  interfaces: {
    type: 'list',
    elements: { type: 'dict', options: INTERFACE },
    default: [],
    description: 'The network interfaces of the guest, one on each of O(ovs).',
  },
  users: {
    type: 'raw',
    secret: true,
    description: "The guest's users, as in cloud-init's C(users).",
  },
  ssh_authorized_keys: {
    type: 'list',
    elements: { type: 'str' },
    description: "The public keys of the guest's default user.",
  },
  user_data: seedOptions.user_data,
  extra_files: seedOptions.extra_files,
  validate: seedOptions.validate,
  instance_id: {
    type: 'str',
    description:
      'The instance ID of cloud-init; O(name) by default. A guest applies changed users, keys and files only if the ID changes too, and a changed network configuration as O(reconfigure) says. V(content) makes the ID from the content of the seed.',
  },
  reconfigure: {
    type: 'bool',
    default: true,
    description:
      'Whether the guest looks at its network configuration again at each boot, and when an interface is attached, although its instance ID stays (C(updates) of cloud-init, in the vendor-data). C(updates) in O(user_data) wins.',
  },
  reattach: {
    type: 'bool',
    default: false,
    description:
      "Whether an interface whose configuration in the guest changes is taken out of the running guest and put in again, so that the guest applies it at once. Its connections end. Otherwise the change is applied at the guest's next start, as O(restart) says.",
  },
  cloudinit_file: {
    ...FILE_NAME,
    default: 'cloud-init',
    description: 'The file name of the seed, without C(_ci.iso).',
  },
  kvm_qemu_user: { type: 'str', default: 'libvirt-qemu', description: 'The user who owns the seed.' },
  kvm_qemu_group: { type: 'str', default: 'libvirt-qemu', description: 'The group of the seed.' },
  domain: {
    type: 'dict',
    options: OTHERS,
    default: {},
    description:
      'Any other option of M(piecewise.cloud.libvirt_domain); its C(disks) and C(interfaces) are added to those of the VM.',
  },
  wait: {
    type: 'dict',
    options: WAIT,
    description: [
      'What a running guest is waited for when all VMs of the task have been made; without it, nothing. All VMs are waited for together. It is not a change, and nothing is waited for in check mode.',
      'A domain of C(qemu:///system) that is defined already gets O(domain.console_log) for it, from its next start on. An entry of a list that has C(wait) without a value is not waited for, whatever the default.',
    ],
  },
  migrate: {
    type: 'str',
    choices: ['live', 'cold'],
    description: [
      'How the guest is moved here, with its disks, if it is on another of O(hypervisors) that no longer declares it. Without this, such a guest is an error.',
      'V(live) moves a running guest while it runs, and one that is shut off as V(cold) does. V(cold) shuts the guest down first, and starts it here. The role C(vm) does it.',
    ],
  },
  migration: {
    type: 'dict',
    options: MIGRATION,
    description: 'How the guest is moved, as O(migrate) says.',
  },
  restart,
  shutdown_timeout,
  force_off,
  remove_storage: {
    type: 'bool',
    default: false,
    description:
      'With O(state=absent), whether to remove the disk, those that were made for O(disks), and the directory if it is empty then.',
  },
  hypervisor: {
    type: 'str',
    default: '',
    description:
      'The name of this host, to which O(host) is compared and from which default MAC addresses are made.',
  },
  directory: {
    type: 'path',
    default: '/var/lib/libvirt/images',
    description: 'The directory in which each VM has a directory of its name.',
  },
  images: {
    type: 'list',
    elements: { type: 'str', name: true },
    description: 'The images that O(archive_name) may name; any image if this is not given.',
  },
  image_directory: {
    type: 'path',
    default: '/var/lib/libvirt/templates',
    description: 'The directory of the images on the host.',
  },
  archives: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description:
      'The archives that were found on the controller. When one is needed, it is C(NAME.tar.gz) in O(directory) on the host.',
  },
  uploaded: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description: 'The O(archives) that were copied to the host for this task.',
  },
  uri,
  checksum_offload: {
    type: 'bool',
    default: true,
    description: [
      'Whether guests may leave checksums to the host. V(false) is needed on bridges with C(datapath_type=netdev), which do not complete them.',
      'Containers always leave them to the host: on such a bridge Open vSwitch needs C(other_config:userspace-tso-enable).',
    ],
  },
  only: {
    type: 'str',
    default: '',
    description:
      'The name of a VM, if the task manages only this one of the list; or several, separated by commas.',
  },
  only_group: {
    type: 'str',
    default: '',
    description:
      'A group, if the task manages only its VMs. Of O(only), O(only_group) and O(only_type), all that are given must hold.',
  },
  only_type: {
    type: 'str',
    default: '',
    description:
      'A type, if the task manages only its VMs; those of all groups, unless there is O(only_group).',
  },
  elsewhere: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description:
      'VMs that the task leaves out, since another hypervisor has them, or declares those that O(surplus) would remove. They are only compared with the others of the list. O(hypervisors) finds them.',
  },
  host_cpus: {
    type: 'list',
    elements: { type: 'dict', options: HOST_CPU },
    default: [],
    description:
      'The processors of the other hypervisors, for O(cpu_mode=baseline). O(hypervisors) finds them.',
  },
  serial: {
    type: 'int',
    default: 0,
    minimum: 0,
    maximum: 1000,
    description:
      'How many VMs are changed, and waited for as their O(wait) says, before the next ones are, in the order of the list; V(0) for all at once. If one fails, those after it are left as they are.',
  },
  steps: {
    type: 'str',
    choices: ['all', 'define', 'start', 'stop', 'restart'],
    default: 'all',
    description: [
      'V(define) makes the VMs without starting them.',
      'V(start), V(stop) and V(restart) change nothing but whether the VMs run. V(start) starts those with O(state=running); V(restart) also shuts them down before, as O(state=stopped) does. V(stop) shuts down all, whatever their O(state), and leaves out those that are not defined.',
    ],
  },
});

export type VmOptions = ValuesOf<typeof vmOptions>;
export type VmInterface = VmOptions['interfaces'][number];
export type VmDataDisk = VmOptions['disks'][number];
export type VmNetwork = VmOptions['networks'][number];
