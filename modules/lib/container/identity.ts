import type { Traits } from '../disk/unpack/root-archive.ts';

/** An interface of a container, as its root configures it. */
export interface Nic {
  readonly name: string;
  /** With their prefixes. */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  /** Name servers. */
  readonly dns: readonly string[];
  readonly dhcp: boolean;
  readonly dhcp6?: boolean;
  readonly mtu?: number | undefined;
}

/** A file in a root. */
export interface RootFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
  /** Of directories that are made for it. */
  readonly directoryMode?: number;
}

/** Who a container is, for a root that has no cloud-init. */
export interface Identity {
  readonly hostname: string;
  readonly nics: readonly Nic[];
  /** Of root. */
  readonly keys: readonly string[];
}

const READABLE = 0o644;

const isV6 = (address: string) => address.includes(':');

function stanzas({ name, addresses, gateways, dhcp, dhcp6 = false, mtu }: Nic): string[] {
  const families = [false, true].flatMap((v6) => {
    const gateway = gateways.find((one) => isV6(one) === v6);
    return addresses
      .filter((one) => isV6(one) === v6)
      .map((address, i) => [
        `iface ${name} ${v6 ? 'inet6' : 'inet'} static`,
        `    address ${address}`,
        ...(gateway !== undefined && i === 0 ? [`    gateway ${gateway}`] : []),
      ]);
  });
  const all = [
    ...(dhcp ? [[`iface ${name} inet dhcp`]] : []),
    ...(dhcp6 ? [[`iface ${name} inet6 dhcp`]] : []),
    ...families,
  ];
  const [first = [], ...others] = all.length > 0 ? all : [[`iface ${name} inet manual`]];
  const limit = mtu === undefined ? [] : [`    mtu ${mtu}`];
  return [`auto ${name}`, ...first, ...limit, ...others.flat(), ''];
}

function ifupdown(nics: readonly Nic[]): RootFile[] {
  const lines = ['auto lo', 'iface lo inet loopback', '', ...nics.flatMap(stanzas)];
  return [{ path: 'etc/network/interfaces', content: lines.join('\n'), mode: READABLE }];
}

function networkd(nics: readonly Nic[]): RootFile[] {
  const files = nics.map(({ name, addresses, gateways, dns, dhcp, dhcp6 = false, mtu }) => ({
    path: `etc/systemd/network/10-${name}.network`,
    content: [
      `[Match]\nName=${name}\n`,
      ...(mtu === undefined ? [] : [`[Link]\nMTUBytes=${mtu}\n`]),
      '[Network]',
      ...(dhcp || dhcp6 ? [`DHCP=${dhcp && dhcp6 ? 'yes' : dhcp ? 'ipv4' : 'ipv6'}`] : []),
      // Else networkd takes away those that libvirt has set.
      ...(addresses.length > 0 ? [] : ['KeepConfiguration=static']),
      ...addresses.map((one) => `Address=${one}`),
      ...gateways.map((one) => `Gateway=${one}`),
      ...dns.map((one) => `DNS=${one}`),
      '',
    ].join('\n'),
    mode: READABLE,
  }));
  // A drop-in, since what `systemctl enable` makes are links.
  const starts = '[Unit]\nWants=systemd-networkd.service\n';
  return [
    ...files,
    { path: 'etc/systemd/system/multi-user.target.d/network.conf', content: starts, mode: READABLE },
  ];
}

/** Whether the root itself has to configure an interface: libvirt sets addresses that are given to the domain, and no more. */
export const needsRoot = ({ mtu, ...nic }: Nic): boolean => hasAddresses(nic) || mtu !== undefined;

const hasAddresses = ({ dhcp, dhcp6 = false, addresses }: Omit<Nic, 'mtu'>): boolean =>
  dhcp || dhcp6 || addresses.length > 0;

/** The name servers of all interfaces, each once. */
export function resolver(nics: readonly Pick<Nic, 'dns'>[]): RootFile[] {
  const servers = [...new Set(nics.flatMap(({ dns }) => dns))];
  const content = servers.map((server) => `nameserver ${server}\n`).join('');
  return servers.length > 0 ? [{ path: 'etc/resolv.conf', content, mode: READABLE }] : [];
}

/**
 * The files that make a root without cloud-init the container that it is to be: its name, its addresses, and root's keys. Pure.
 * @returns the files, and what they say in the words of the result
 */
export function identityFiles(
  { hostname, nics, keys }: Identity,
  { network }: Pick<Traits, 'network'>,
): { readonly files: RootFile[]; readonly says: string[] } {
  const hosts = [
    '127.0.0.1 localhost',
    `127.0.1.1 ${hostname}`,
    '::1 localhost ip6-localhost ip6-loopback',
    'ff02::1 ip6-allnodes',
    'ff02::2 ip6-allrouters',
    '',
  ];
  const configured = nics.length > 0 && network !== undefined;
  const net = !configured ? [] : network === 'ifupdown' ? ifupdown(nics) : networkd(nics);
  const servers = resolver(nics);
  const authorised = {
    path: 'root/.ssh/authorized_keys',
    content: keys.map((key) => `${key.trim()}\n`).join(''),
    mode: 0o600,
    directoryMode: 0o700,
  };
  return {
    files: [
      { path: 'etc/hosts', content: hosts.join('\n'), mode: READABLE },
      ...net,
      ...servers,
      ...(keys.length > 0 ? [authorised] : []),
    ],
    says: [
      'hostname',
      ...(configured && nics.some(hasAddresses) ? ['addresses'] : []),
      ...(servers.length > 0 ? ['name servers'] : []),
      ...(keys.length > 0 ? ['authorized_keys'] : []),
    ],
  };
}

/**
 * The files of every root: its name, without which systemd takes the hypervisor's, a machine-id of its own, and units that fail in a user namespace,
 * masked by being empty (systemd.unit(5)). Pure.
 */
export function commonFiles(hostname: string, { systemd }: Pick<Traits, 'systemd'>): RootFile[] {
  const masked = ['sys-kernel-debug.mount', 'sys-kernel-tracing.mount'].map((unit) => ({
    path: `etc/systemd/system/${unit}`,
    content: '',
    mode: READABLE,
  }));
  // systemd takes the UUID of the domain where it is empty.
  const machineId = { path: 'etc/machine-id', content: '', mode: 0o444 };
  return [
    { path: 'etc/hostname', content: `${hostname}\n`, mode: READABLE },
    ...(systemd ? [machineId, ...masked] : []),
  ];
}
