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

/** What a guest sees of a bridge. */
const INTERFACE = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'What the guest calls it, such as V(eth0).' },
  mode: {
    type: 'str',
    choices: ['static', 'dhcp', 'manual'],
    default: 'static',
    description: 'How it gets its address: the one that is given, by DHCP, or not at all.',
  },
  address: {
    type: 'str',
    description: 'The address, with its prefix (V(10.10.1.11/24)) or with O(interfaces[].netmask) beside it.',
  },
  netmask: { type: 'str', description: 'The netmask of an address that has no prefix.' },
  gateway: { type: 'str', description: 'The router for all that no other route is for.' },
  on_link: {
    type: 'bool',
    default: false,
    description:
      'Whether O(interfaces[].gateway) is reached on the link though it is in no subnet of the interface. A guest of Debian 12 whose network is not by ifupdown does not reach it.',
  },
  dns: { type: 'list', elements: { type: 'str' }, description: 'The addresses of name servers.' },
  comment: { type: 'str', description: "A line for people, in the guest's network configuration." },
  mac: {
    ...ADAPTER.mac,
    description:
      'The MAC address; by default one that is made from O(hypervisor) and the names of VM and interface. A defined domain keeps the one that it has.',
  },
  target: {
    ...ADAPTER.target,
    description:
      'The name of the interface on the host: by default C(veth-VM-INTERFACE), or a digest of that where it is too long.',
  },
});

const BRIDGE = defineOptions({
  name: { type: 'str', name: true, required: true, description: 'The Open vSwitch bridge.' },
  vlans: {
    ...ADAPTER.vlans,
    description: 'The VLAN of the port; several make it a trunk.',
  },
});

const { memory, vcpus, machine, virt_type, cpu_mode, restart, shutdown_timeout, force_off, uri } =
  domainOptions;

/** The options of a domain that are keys of a VM, or that the VM decides. */
const OWN = [
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

/** Whether an option of a domain is the VM's own. */
export const isOwn = (name: string): boolean => (OWN as readonly string[]).includes(name);

const OTHERS = Object.fromEntries(Object.entries(domainOptions).filter(([name]) => !isOwn(name))) as Omit<
  typeof domainOptions,
  (typeof OWN)[number]
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
      'V(running) makes the VM and starts it, V(present) leaves it running or not, V(stopped) shuts it down gracefully.',
      'V(absent) shuts it down gracefully and undefines it; its seed is removed. Its disk stays, unless O(remove_storage=true).',
    ],
  },
  host: {
    type: 'str',
    description:
      'The hypervisor that the VM is on, where one list is for several: only the task whose O(hypervisor) it is takes it.',
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
      'What its disk is made from: the name of an archive of the controller (O(archives)), or else of an image of the role C(image).',
  },
  disk_name: {
    ...FILE_NAME,
    default: 'disk',
    description: "The name of the disk's file, without C(.qcow2).",
  },
  disk_size: {
    ...diskOptions.size,
    description:
      "The size that the guest sees, such as V(20G); the image's by default. It grows, and never shrinks.",
  },
  backing: {
    type: 'str',
    choices: ['overlay', 'copy'],
    default: 'overlay',
    description:
      'V(overlay) is a disk that holds what differs from the image; V(copy) is one that needs no image.',
  },
  ovs: {
    type: 'list',
    elements: { type: 'dict', options: BRIDGE },
    default: [],
    description: 'The bridges, paired with O(interfaces) in their order.',
  },
  interfaces: {
    type: 'list',
    elements: { type: 'dict', options: INTERFACE },
    default: [],
    description: 'What the guest sees on each of O(ovs).',
  },
  users: {
    type: 'raw',
    secret: true,
    description: "The guest's users, as in cloud-init's C(users).",
  },
  ssh_authorized_keys: {
    type: 'list',
    elements: { type: 'str' },
    description: "The keys of the guest's default user.",
  },
  user_data: seedOptions.user_data,
  extra_files: seedOptions.extra_files,
  validate: seedOptions.validate,
  instance_id: {
    type: 'str',
    description:
      'A guest applies a changed seed only with another one; O(name) by default. V(content) makes one of what is in the seed.',
  },
  cloudinit_file: {
    ...FILE_NAME,
    default: 'cloud-init',
    description: "The name of the seed's file, without C(_ci.iso).",
  },
  kvm_qemu_user: { type: 'str', default: 'libvirt-qemu', description: 'The user who owns the seed.' },
  kvm_qemu_group: { type: 'str', default: 'libvirt-qemu', description: 'The group of the seed.' },
  domain: {
    type: 'dict',
    options: OTHERS,
    default: {},
    description:
      "Any other option of M(piecewise.cloud.libvirt_domain); its C(disks) and C(interfaces) come beside the VM's own.",
  },
  restart,
  shutdown_timeout,
  force_off,
  remove_storage: {
    type: 'bool',
    default: false,
    description:
      'With O(state=absent), whether its disk is deleted, and its directory where nothing else is in it.',
  },
  hypervisor: {
    type: 'str',
    default: '',
    description:
      'The name of this host, which the default MAC addresses are made from, and which O(host) names.',
  },
  directory: {
    type: 'path',
    default: '/var/lib/libvirt/images',
    description: 'Where each VM has a directory of its name.',
  },
  images: {
    type: 'list',
    elements: { type: 'str', name: true },
    description: 'The images that O(archive_name) may name; any, if this is not given.',
  },
  image_directory: {
    type: 'path',
    default: '/var/lib/libvirt/templates',
    description: 'Where the images are on the host.',
  },
  archives: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description:
      'The archives that were found on the controller. Each is C(NAME.tar.gz) in O(directory) when it is needed.',
  },
  uploaded: {
    type: 'list',
    elements: { type: 'str', name: true },
    default: [],
    description: 'Those of O(archives) that were copied to the host for this task.',
  },
  uri,
  checksum_offload: {
    type: 'bool',
    default: true,
    description:
      'Whether guests may leave checksums to the host: V(false) where their bridges have C(datapath_type=netdev), which does not complete them.',
  },
  only: { type: 'str', default: '', description: 'The name of the one VM that the task is about.' },
  steps: {
    type: 'str',
    choices: ['all', 'define', 'start'],
    default: 'all',
    description:
      'V(define) makes VMs and starts none; V(start) starts those that are to be V(running), and does no more.',
  },
});

export type VmOptions = ValuesOf<typeof vmOptions>;
export type VmInterface = VmOptions['interfaces'][number];
