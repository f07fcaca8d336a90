import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { diskOptions } from '../disk/options.ts';
import { INTERFACE as ADAPTER } from '../domain/options/interfaces.ts';
import { domainOptions } from '../domain/options/options.ts';
import { seedOptions } from '../seed/options.ts';

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
  interface: {
    type: 'str',
    name: true,
    description:
      'The name in the guest; V(eth0), V(eth1) and so on by default, in the order of the networks.',
  },
  mac: INTERFACE.mac,
  target: INTERFACE.target,
});

const BRIDGE = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'The Open vSwitch bridge.' },
  vlans: {
    ...ADAPTER.vlans,
    description: 'The VLAN of the port; several VLANs make it a trunk.',
  },
});

const { memory, vcpus, machine, virt_type, cpu_mode, restart, shutdown_timeout, force_off, uri } =
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
      'V(absent) shuts it down gracefully, undefines it and removes its seed. Its disk is kept, unless O(remove_storage=true).',
    ],
  },
  host: {
    type: 'str',
    description:
      'The hypervisor of the VM, if one list is for several hypervisors: tasks with another O(hypervisor) ignore the VM.',
  },
  hostname: { type: 'str', description: "The guest's host name; O(name) by default." },
  memory: { ...memory, requiredUnless: ['state', 'absent'] },
  vcpus,
  machine,
  virt_type,
  cpu_mode,
  autostart: { type: 'bool', default: true, description: 'Whether the VM starts with the host.' },
  archive_name: {
    ...FILE_NAME,
    requiredUnless: ['state', 'absent'],
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
      'The instance ID of cloud-init; O(name) by default. A guest applies a changed seed only if the ID changes too. V(content) makes the ID from the content of the seed.',
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
  restart,
  shutdown_timeout,
  force_off,
  remove_storage: {
    type: 'bool',
    default: false,
    description: 'With O(state=absent), whether to remove the disk, and the directory if it is empty then.',
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
    description:
      'Whether guests may leave checksums to the host. V(false) is needed on bridges with C(datapath_type=netdev), which do not complete them.',
  },
  only: {
    type: 'str',
    default: '',
    description: 'The name of a VM, if the task manages only this one of the list.',
  },
  steps: {
    type: 'str',
    choices: ['all', 'define', 'start'],
    default: 'all',
    description:
      'V(define) makes the VMs without starting them; V(start) only starts those with O(state=running).',
  },
});

export type VmOptions = ValuesOf<typeof vmOptions>;
export type VmInterface = VmOptions['interfaces'][number];
export type VmNetwork = VmOptions['networks'][number];
