import { parseAddress } from '../../lib/net/address.ts';
import type { VmInterface } from './options.ts';

// As Python's json.dumps writes it, so that the seed is the same, byte for byte, as an earlier release wrote it.
function json(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(json).join(', ')}]`;
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped);
}

/** The name servers of an interface: a list, or a text of several. */
export const serversOf = ({ dns = [] }: VmInterface): string[] =>
  dns.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean);

/** How a guest configures an interface in a subnet of its network. */
export interface SeedSubnet {
  readonly type: 'dhcp4' | 'dhcp6' | 'ipv6_slaac' | 'static' | 'static6';
  /** With its prefix. */
  readonly address?: string;
  readonly gateway?: string;
  readonly servers?: readonly string[];
  readonly search?: readonly string[];
}

/** An interface of a VM. One in a network has what the network decides instead of options. */
export interface GuestInterface extends VmInterface {
  readonly subnets?: readonly SeedSubnet[];
  /** With their prefixes. */
  readonly addresses?: readonly string[];
  /** That of its network, where it doesn't learn it by DHCP. */
  readonly mtu?: number;
  /** What libvirt sets in a container that has no cloud-init. */
  readonly inside?: Pick<StaticNetwork, 'addresses' | 'gateways'>;
}

/** The fixed part of an interface's configuration. */
export interface StaticNetwork {
  /** With their prefixes. */
  readonly addresses: readonly string[];
  /** Default gateways. */
  readonly gateways: readonly string[];
  /** Name servers. */
  readonly servers: readonly string[];
}

/** What of an interface's configuration is fixed. @throws OptionError for what is no address */
export function staticOf(nic: GuestInterface): StaticNetwork {
  const { subnets, address, netmask, gateway } = nic;
  if (!subnets) {
    const fixed = address === undefined ? [] : [parseAddress(address, netmask)];
    const gateways = gateway === undefined ? [] : [gateway];
    return { addresses: fixed.map(({ ip, prefix }) => `${ip}/${prefix}`), gateways, servers: serversOf(nic) };
  }
  const fixed = subnets.filter(({ address }) => address !== undefined);
  return {
    addresses: fixed.flatMap((one) => one.address ?? []),
    gateways: fixed.flatMap((one) => one.gateway ?? []),
    servers: fixed.flatMap((one) => one.servers ?? []),
  };
}

const DYNAMIC: readonly string[] = ['dhcp4', 'dhcp6', 'ipv6_slaac'];

/** Whether an interface asks for addresses by DHCP, and for those of which family. */
export const asksDhcp = ({ subnets, mode }: GuestInterface, family: 4 | 6): boolean =>
  subnets ? subnets.some(({ type }) => type === `dhcp${family}`) : family === 4 && mode === 'dhcp';

/** Whether an interface gets addresses from its network. */
export const isDynamic = ({ subnets, mode }: GuestInterface): boolean =>
  subnets ? subnets.some(({ type }) => DYNAMIC.includes(type)) : mode === 'dhcp';

/** How many of a VM's interfaces are those of its networks: the first ones. */
export const inNetworks = (interfaces: readonly GuestInterface[]): number =>
  interfaces.filter(({ subnets }) => subnets !== undefined).length;

function subnetLines({ type, address, gateway, servers, search }: SeedSubnet): string[] {
  return [
    `      - type: ${type}`,
    ...(address === undefined ? [] : [`        address: ${json(address)}`]),
    ...(gateway === undefined ? [] : [`        gateway: ${json(gateway)}`]),
    ...(servers === undefined ? [] : [`        dns_nameservers: ${json(servers)}`]),
    ...(search === undefined ? [] : [`        dns_search: ${json(search)}`]),
  ];
}

function stanza(nic: GuestInterface, mac: string): string {
  const { name, mode, comment, dns, subnets, mtu } = nic;
  if (subnets && subnets.length > 0) {
    const head = [
      '  - type: physical',
      `    name: ${json(name)}`,
      `    mac_address: ${json(mac)}`,
      ...(mtu === undefined ? [] : [`    mtu: ${mtu}`]),
      '    subnets:',
    ];
    return [...head, ...subnets.flatMap(subnetLines), ''].join('\n');
  }
  return [
    ...(comment === undefined ? [] : [`  # ${comment.replaceAll('\n', ' ')}`]),
    '  - type: physical',
    `    name: ${json(name)}`,
    `    mac_address: ${json(mac)}`,
    '    subnets:',
    `      - type: ${mode}`,
    ...(['address', 'netmask', 'gateway'] as const).flatMap((key) =>
      nic[key] === undefined ? [] : [`        ${key}: ${json(nic[key])}`],
    ),
    ...(dns === undefined ? [] : [`        dns_nameservers: ${json(serversOf(nic))}`]),
    '',
  ].join('\n');
}

/**
 * The network configuration of a guest, in version 1 of cloud-init's format.
 * @param macs the MAC address of each interface
 */
export const networkConfigOf = (interfaces: readonly VmInterface[], macs: readonly string[]): string =>
  `version: 1\nconfig:\n${interfaces.map((nic, i) => stanza(nic, macs[i] ?? '')).join('')}`;

/**
 * Whether a warning is about a gateway with `on_link`. Such a gateway works: ifupdown configures every gateway as on-link,
 * and so does cloud-init from 25.1 on with networkd (measured).
 */
export const isOnLink = (interfaces: readonly VmInterface[], warning: string): boolean =>
  interfaces.some(
    ({ on_link, gateway }) => on_link && warning.includes(`${gateway} is in no subnet of the interface`),
  );
