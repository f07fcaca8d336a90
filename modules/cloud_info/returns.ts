import type { ReturnField } from '../lib/ansible/spec.ts';

type Fields = Readonly<Record<string, ReturnField>>;

const ALWAYS = 'always';

const text = (description: string, returned = ALWAYS) => ({ description, returned, type: 'str' }) as const;
const number = (description: string, returned = ALWAYS) => ({ description, returned, type: 'int' }) as const;
const flag = (description: string) => ({ description, returned: ALWAYS, type: 'bool' }) as const;
const texts = (description: string) =>
  ({ description, returned: ALWAYS, type: 'list', elements: 'str' }) as const;
const numbers = (description: string, returned: string) =>
  ({ description, returned, type: 'list', elements: 'int' }) as const;
const mapping = <const C extends Fields>(description: string, contains: C) =>
  ({ description, returned: ALWAYS, type: 'dict', contains }) as const;
const list = <const C extends Fields>(description: string, contains: C) =>
  ({ description, returned: ALWAYS, type: 'list', elements: 'dict', contains }) as const;

const host = {
  hostname: text('The name of the host.'),
  release: text('The name of its system, of C(/etc/os-release).'),
  kernel: text('The release of its kernel.'),
  uptime: number('Seconds since it was booted.'),
  cpu: mapping('Its processors.', {
    model: text('The model, as the kernel calls it; empty where the kernel does not tell it.'),
    count: number('How many there are, threads included.'),
    load: { description: 'The load, as the mean of the last minute.', returned: ALWAYS, type: 'float' },
  }),
  memory: mapping('Its memory.', {
    total: number('Bytes.'),
    available: number('Bytes that programs can still get.'),
  }),
  filesystems: list('The file systems of C(/), and of the directories of disks and templates.', {
    path: text('Where it is mounted.'),
    size: number('Bytes.'),
    available: number('Bytes that can still be written.'),
  }),
  versions: {
    description:
      'The versions of what is installed, by C(libvirt), C(qemu), C(openvswitch), C(dnsmasq) and C(node).',
    returned: ALWAYS,
    type: 'dict',
    values: text('The version.'),
    sample: { libvirt: '9.0.0', openvswitch: '3.1.0' },
  },
} as const;

const bridge = {
  name: text('The name of the bridge.'),
  datapath: text('The type of its datapath, V(netdev) or V(system).'),
  managed: flag('Whether a task of this collection made it.'),
  parent: text('The parent of a fake bridge.', 'for a fake bridge'),
  vlan: number('The VLAN of a fake bridge.', 'for a fake bridge'),
  up: flag('Whether the interface of the host in it is up. Guests use it all the same if it is not.'),
} as const;

const port = {
  bridge: text('The bridge that the port is on; the parent of a fake bridge.'),
  name: text('The name of the port.'),
  type: text(
    'The type of its first interface, such as V(system), V(internal), V(patch) or V(vxlan); V(tap) for a port of a VM and V(veth) for one of a container, V(bond) for a port of several interfaces.',
  ),
  managed: flag('Whether a task of this collection made it.'),
  tag: number('Its access VLAN.', 'when it has one'),
  trunks: numbers('The VLANs of a trunk.', 'when they are limited'),
  up: flag('Whether one of its interfaces has a link.'),
  error: text('Why it does not work.', 'when it does not work'),
  mac: text('The MAC address.', 'for an interface of the host'),
  addresses: texts('The addresses of the host on it, with prefix length.'),
  interfaces: texts('The interfaces of a bond.'),
  peer: text('The other port.', 'for a patch port'),
  remote: text('The other end.', 'for a tunnel'),
  key: text('The key (VNI).', 'for a tunnel that has one'),
  guest: text('The guest whose NIC it is.', 'for a port of a running guest'),
} as const;

const lease = {
  address: text('The address.'),
  mac: text('The MAC address that has it; empty of an IPv6 lease, which does not tell it.'),
  name: text('The name that the client has, or has told.', 'when there is one'),
  expires: text('When it ends, in UTC.', 'when it ends'),
} as const;

const network = {
  name: text('The name of the network.'),
  bridge: text('The bridge.'),
  vlan: number('The VLAN on the bridge.', 'unless it is untagged'),
  subnets: texts('The subnets.'),
  gateways: texts('The addresses of the host in it.'),
  dhcp: flag('Whether the host serves DHCP.'),
  dns: flag('Whether the host serves DNS.'),
  nat: flag('Whether guests reach the outside with the address of the host.'),
  forwards: texts('The ports of the host that lead to guests, such as C(tcp 8080 -> web1:80).'),
  service: text(
    'The state of its dnsmasq as systemd calls it, such as V(active), V(inactive) or V(failed).',
    'when it has one',
  ),
  leases: list('The leases of DHCP.', lease),
} as const;

const disk = {
  target: text('The device of the guest, such as V(vda).'),
  device: text('What the guest sees: V(disk), V(cdrom), V(lun) or V(floppy).'),
  file: text('The file or block device.', 'unless it is empty or a volume of a pool'),
  format: text('The format in which the guest has it.', 'when the definition says it'),
  size: number('Bytes that the guest sees.', 'for a file in qcow2 or raw'),
  allocated: number('Bytes that it takes on the host.', 'for a file'),
  backing: text('The file that it is an overlay of: its template.', 'for an overlay'),
} as const;

const nic = {
  mac: text('The MAC address.'),
  bridge: text('The bridge.', 'when it is on one'),
  network: text('The network of M(piecewise.cloud.network).', 'when it is in one'),
  port: text('The port on the host.', 'for a running guest'),
  tag: number('The access VLAN.', 'when it has one'),
  trunks: numbers('The VLANs of a trunk.', 'when they are limited'),
  model: text('The model of the card.', 'when the definition says it'),
  link: flag('Whether its link is set up.'),
} as const;

const address = {
  address: text('The IP address.'),
  mac: text('The MAC address of the interface.', 'unless only the variables have the address'),
  source: text('Where it was found: V(variables), V(lease), V(kernel), V(agent) or V(neighbour).'),
} as const;

const guest = {
  name: text('The name of the domain.'),
  kind: text('What it is, V(vm) or V(container).'),
  state: text('The state, as libvirt calls it.'),
  uuid: text('The UUID.'),
  autostart: flag('Whether it is started with the host.'),
  managed: flag('Whether a task of this collection defined it.'),
  memory: number('Bytes that it has; of one that is off, those of its definition.'),
  memory_max: number('Bytes that it can have at most, now or after its next start.'),
  vcpus: number(
    'Its processors; of one that is off, those of its definition. Of a container: those whose time it can have, rounded up.',
  ),
  group: text('The group of the VM, as C(group) of M(piecewise.cloud.vm) says.', 'when it is in one'),
  type: text('Its type in the group.', 'when it has one'),
  evacuated_from: text(
    'The hypervisor that it was evacuated from, by its name in the inventory, until it is restored.',
    'when it was evacuated',
  ),
  moving_from: text(
    'The hypervisor that it comes from, by its name in the inventory: its move was not completed.',
    'when its move was not completed',
  ),
  disks: list(
    'The disks that it has; of one that is off, those of its definition. A container has none.',
    disk,
  ),
  root: {
    description: 'The root of a container.',
    returned: 'for a container',
    type: 'dict',
    contains: { path: text('Its directory on the host.') },
  },
  nics: list('The NICs that it has; of one that is off, those of its definition.', nic),
  addresses: list('The addresses, each once: those of O(declared) first, then what was found.', address),
  restart_reasons: texts(
    'How a running guest differs from its definition, whoever has changed that: it is as defined after a restart.',
  ),
} as const;

const template = {
  file: text('The file. Links are followed.'),
  name: text('The names of the image that lead to it; the name of the file where none does.'),
  format: text('The format: V(qcow2) or V(raw), or V(tar) for the root of containers.'),
  size: number('Bytes that a guest sees; of a root, bytes of its archive.'),
  allocated: number('Bytes that it takes on the host.'),
  overlays: texts(
    'The overlays on it: names of guests, and files that no guest has. There is none on a root, which is extracted for each container.',
  ),
} as const;

/** What `cloud_info` returns. */
export const RETURNS = {
  host: mapping('The host itself.', host),
  bridges: {
    ...list('The bridges, fake bridges last.', bridge),
    sample: [{ name: 'ovs-lan', datapath: 'system', managed: true, up: true }],
  },
  ports: list('The ports, those of guests included.', port),
  networks: list('The networks of M(piecewise.cloud.network), as they were declared last.', network),
  guests: list('The guests, running or not: VMs, then containers.', guest),
  templates: list(
    "The disks in O(image_directories) that are no guest's, and the roots of containers there.",
    template,
  ),
} as const;
