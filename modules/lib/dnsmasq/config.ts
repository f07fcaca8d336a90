/** What dnsmasq has to know of a network. */
export interface ServedNetwork {
  readonly name: string;
  /** The host's interface in it. */
  readonly interface: string;
  readonly mtu: number | undefined;
  readonly subnets: readonly ServedSubnet[];
  readonly dhcp: ServedDhcp | undefined;
  readonly dns: ServedDns | undefined;
}

export interface ServedSubnet {
  readonly family: 4 | 6;
  /** The network's own address, and the length of its prefix. */
  readonly ip: string;
  readonly prefix: number;
  readonly gateway: string;
  /** The first and the last address that are leased; undefined for those of reservations alone. */
  readonly range: readonly [first: string, last: string] | undefined;
}

export interface ServedDhcp {
  readonly leaseTime: string;
  /** By number, or by dnsmasq's name. */
  readonly options: Readonly<Record<string, string>>;
  readonly knownOnly: boolean;
  /** Whether guests get a default route. */
  readonly router: boolean;
}

export interface ServedDns {
  readonly domain: string | undefined;
  /** Undefined for those of the host. */
  readonly forwarders: readonly string[] | undefined;
  readonly records: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

/** Where dnsmasq finds what changes while it runs. */
export interface ServedPaths {
  /** Files with reservations, one a guest. */
  readonly reservations: string;
  /** Files with names, one a guest. */
  readonly names: string;
  readonly leases: string;
}

const isNumber = (name: string) => /^\d+$/.test(name);
const optionName = (name: string) => (isNumber(name) ? name : `option:${name}`);

function rangeLine({ family, ip, prefix, range }: ServedSubnet, leaseTime: string): string {
  const [first, last] = range ?? [ip, 'static'];
  if (family === 4) {
    return `dhcp-range=${first},${last},${netmaskOf(prefix)},${leaseTime}`;
  }
  return range
    ? `dhcp-range=${first},${last},${prefix},${leaseTime}`
    : // Guests make their own addresses, and ask for a reserved one.
      `dhcp-range=${first},static,${prefix === 64 ? 'slaac,' : ''}${prefix},${leaseTime}`;
}

function netmaskOf(prefix: number): string {
  const bits = 0xffffffff - (2 ** (32 - prefix) - 1);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

function dhcpLines(
  { interface: device, subnets, dhcp, dns, mtu }: ServedNetwork,
  paths: ServedPaths,
): string[] {
  if (!dhcp) return [];
  const { leaseTime, options, knownOnly, router } = dhcp;
  const gateway = subnets.find(({ family }) => family === 4)?.gateway;
  const has6 = subnets.some(({ family }) => family === 6);
  const defaults: readonly (readonly [name: string, number: string, value: string])[] = gateway
    ? [
        ['router', '3', router ? gateway : ''],
        ['dns-server', '6', dns ? gateway : ''],
        ...(mtu === undefined ? [] : [['mtu', '26', String(mtu)] as const]),
      ]
    : [];
  const kept = defaults.filter(([name, number]) => !(name in options) && !(number in options));
  return [
    ...subnets.map((subnet) => rangeLine(subnet, leaseTime)),
    'dhcp-authoritative',
    // A pool of any size is served; what isn't leased costs nothing.
    'dhcp-lease-max=65536',
    `dhcp-leasefile=${paths.leases}`,
    `dhcp-hostsdir=${paths.reservations}`,
    ...(knownOnly ? ['dhcp-ignore=tag:!known'] : []),
    // Names are those of reservations: a guest must not take another's, or one such as wpad.
    'dhcp-ignore-names=tag:!known',
    // Without a value dnsmasq sends none, and not its own.
    ...kept.map(([name, , value]) => `dhcp-option=option:${name}${value ? `,${value}` : ''}`),
    ...Object.entries(options).map(([name, value]) => `dhcp-option=${optionName(name)},${value}`),
    ...(has6
      ? [
          'enable-ra',
          ...(mtu === undefined && router
            ? []
            : // Intervals of 0 are the default; a lifetime of 0 is no router.
              [`ra-param=${device},${mtu === undefined ? '' : `mtu:${mtu},`}0${router ? '' : ',0'}`]),
          ...(dns ? ['dhcp-option=option6:dns-server,[::]'] : ['dhcp-option=option6:dns-server']),
        ]
      : []),
  ];
}

function dnsLines({ dns }: ServedNetwork, paths: ServedPaths): string[] {
  if (!dns) return ['port=0'];
  const { domain, forwarders, records } = dns;
  const full = (name: string) => (domain && !name.includes('.') ? `${name}.${domain}` : name);
  return [
    'no-hosts',
    `hostsdir=${paths.names}`,
    'domain-needed',
    // Other name servers may know names of private addresses.
    ...(forwarders ? [] : ['bogus-priv']),
    ...(forwarders ? ['no-resolv', ...forwarders.map((server) => `server=${server}`)] : []),
    // A line of its own for each: of two IPv4 addresses on one line dnsmasq serves the last.
    ...records.flatMap(({ name, addresses }) =>
      addresses.map((address) => `host-record=${full(name)},${address}`),
    ),
    ...(domain ? [`domain=${domain}`, `local=/${domain}/`, 'expand-hosts'] : []),
  ];
}

/** The configuration of the dnsmasq of one network, see dnsmasq(8). */
export const configOf = (network: ServedNetwork, paths: ServedPaths): string =>
  [
    `# piecewise.cloud: the network ${network.name}. Changes made here are lost.`,
    `interface=${network.interface}`,
    'except-interface=lo',
    // The interface may come later; and other servers of the host keep their addresses.
    'bind-dynamic',
    ...dnsLines(network, paths),
    ...dhcpLines(network, paths),
    '',
  ].join('\n');
