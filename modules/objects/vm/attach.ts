import { OptionError } from '../../lib/failure.ts';
import { formatAddress, parseIp } from '../../lib/net/address.ts';
import { hostProblem, isInRange } from '../../lib/net/subnet.ts';
import { type Network, type Subnet, UNTAGGED } from '../network/network-of.ts';
import type { KnownNetwork } from '../network/record.ts';
import { leadsOut } from '../network/served.ts';
import { isContainer, nicName } from './names.ts';
import type { GuestInterface, SeedSubnet } from './network.ts';
import type { VmNetwork, VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

// An entry of `networks` becomes an interface, as those of the blog are, with what its network decides.

/** The networks of the host, by name. */
export type Known = ReadonlyMap<string, KnownNetwork>;

/** The subnet of a network that an address is in. @throws OptionError */
function subnetOf(network: Network, text: string, option: string): Subnet {
  const ip = parseIp(text);
  if (!ip)
    throw new OptionError(
      option,
      `'${text}' is not an IP address; the network '${network.name}' has the prefix`,
    );
  const found = network.subnets.find(({ subnet }) => subnet.family === ip.family);
  if (!found) throw new OptionError(option, `the network '${network.name}' has no IPv${ip.family} subnet`);
  const { subnet, gateway, range } = found;
  const problem =
    hostProblem(ip.ip, subnet) ??
    (ip.ip === gateway
      ? `${ip.ip} is the address of the host in the network '${network.name}'`
      : undefined) ??
    (range && isInRange(ip.ip, range)
      ? `${ip.ip} is in the range ${range.first} to ${range.last}, which '${network.name}' leases: take one outside`
      : undefined);
  if (problem) throw new OptionError(option, problem);
  return found;
}

/** What an entry asks that its network doesn't have, as it is declared: the message of the first. */
function unfit(vm: VmOptions, nic: VmNetwork, known: KnownNetwork, at: string): string | undefined {
  try {
    checkFit(vm, nic, known, at);
    return undefined;
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}

function checkFit(vm: VmOptions, nic: VmNetwork, known: KnownNetwork, at: string): void {
  const addresses = nic.address ?? [];
  addresses.forEach((text, i) => {
    subnetOf(known.network, text, `${at}.address[${i}]`);
  });
  const { dhcp, dns } = known.network.options;
  if (nic.security_groups.length > 0 && known.engine !== 'ovn')
    throw new OptionError(
      `${at}.security_groups`,
      `'${nic.name}' is a network of this host alone, and security groups are of the engine ovn: leave them out, or set 'network_engine: ovn'`,
    );
  if (addresses.length === 0 && !dhcp)
    throw new OptionError(`${at}.address`, `is required, since the network '${nic.name}' has no DHCP`);
  for (const record of dns?.records ?? []) {
    const ips = (record.address ?? []).map((text) => parseIp(text)?.ip);
    const i = addresses.findIndex((text) => ips.includes(parseIp(text)?.ip ?? ''));
    if (i >= 0 || [vm.name, ...nic.aliases].includes(record.name))
      throw new OptionError(
        i >= 0 ? `${at}.address[${i}]` : at,
        `the network '${nic.name}' has a record of it: '${record.name}'`,
      );
  }
}

/** Refuses two addresses of one family, and those and names of other guests. @throws OptionError */
function checkAddresses(vm: VmOptions, nic: VmNetwork, known: KnownNetwork, at: string): void {
  const addresses = nic.address ?? [];
  const families = addresses.flatMap((text) => parseIp(text)?.family ?? []);
  if (new Set(families).size < families.length)
    throw new OptionError(
      `${at}.address`,
      'has two addresses of one family: give one for IPv4 and one for IPv6',
    );
  const others = known.guests.filter(({ name }) => name !== vm.name);
  addresses.forEach((text, i) => {
    const ip = parseIp(text)?.ip ?? '';
    const owner = others.find((guest) => guest.addresses.includes(ip));
    if (owner)
      throw new OptionError(
        `${at}.address[${i}]`,
        `${ip} is the address of the guest '${owner.name}' already`,
      );
  });
  nic.aliases.forEach((alias, i) => {
    const owner = others.find(({ name, aliases }) => name === alias || aliases.includes(alias));
    if (owner)
      throw new OptionError(
        `${at}.aliases[${i}]`,
        `'${alias}' is a name of the guest '${owner.name}' already`,
      );
  });
}

/** How the guest configures its interface in a subnet; an IPv4 subnet without an address to give it none. */
function seedSubnet(
  network: Network,
  nic: VmNetwork,
  { subnet, gateway, range }: Subnet,
  { isDefault, isFixed }: { readonly isDefault: boolean; readonly isFixed: boolean },
): SeedSubnet[] {
  const { dhcp, dns } = network.options;
  const ip = (nic.address ?? [])
    .map((text) => parseIp(text))
    .find((one) => one?.family === subnet.family)?.ip;
  if (dhcp && !(isFixed && ip !== undefined)) {
    if (subnet.family === 4) return [{ type: 'dhcp4' }];
    // Addresses of a range and reserved ones are leased; others the guest makes itself.
    return [{ type: ip === undefined && range === undefined ? 'ipv6_slaac' : 'dhcp6' }];
  }
  if (ip === undefined) return [];
  return [
    {
      type: subnet.family === 4 ? 'static' : 'static6',
      address: formatAddress({ ...subnet, ip }),
      ...(gateway !== undefined && isDefault ? { gateway } : {}),
      ...(gateway !== undefined && dns ? { servers: [gateway] } : {}),
      ...(dns?.domain === undefined ? {} : { search: [dns.domain] }),
    },
  ];
}

/** The first network by which a family's packets leave: a second default route would be of no use. */
function defaultFor(family: 4 | 6, vm: VmOptions, known: Known): VmNetwork | undefined {
  return vm.networks.find((nic) => {
    const network = known.get(nic.name)?.network;
    return (
      network !== undefined &&
      leadsOut(network.options, known) &&
      network.subnets.some(({ subnet }) => subnet.family === family) &&
      (network.options.dhcp !== undefined ||
        (nic.address ?? []).some((text) => parseIp(text)?.family === family))
    );
  });
}

/** Whether a guest is told the MTU of its network: by DHCP, or by router advertisements where all it has is from these. */
const isToldMtu = (subnets: readonly SeedSubnet[]): boolean =>
  subnets.some(({ type }) => type === 'dhcp4') || subnets.every(({ address }) => address === undefined);

function interfaceIn(vm: VmOptions, network: Network, i: number, known: Known): GuestInterface {
  const nic = vm.networks[i] as VmNetwork;
  const subnets = network.subnets.flatMap((subnet) =>
    seedSubnet(network, nic, subnet, {
      isDefault: defaultFor(subnet.subnet.family, vm, known) === nic,
      // A container needs no client of DHCP for an address that is known.
      isFixed: isContainer(vm),
    }),
  );
  return {
    name: nicName(nic, i),
    mode: subnets.length > 0 ? 'dhcp' : 'manual',
    on_link: false,
    ...(nic.mac === undefined ? {} : { mac: nic.mac }),
    ...(nic.target === undefined ? {} : { target: nic.target }),
    subnets,
    ...(network.mtu === undefined || isToldMtu(subnets) ? {} : { mtu: network.mtu }),
    addresses: network.subnets.flatMap(({ subnet }) =>
      (nic.address ?? []).flatMap((text) => {
        const ip = parseIp(text);
        return ip?.family === subnet.family ? formatAddress({ ...subnet, ip: ip.ip }) : [];
      }),
    ),
  };
}

/** A VM with its networks as interfaces, before its other ones. */
export interface Attached {
  readonly vm: VmOptions;
  /** What the host's networks lack, which an earlier task may make or change: problems, for people. */
  readonly missing: readonly string[];
}

/** Pure. @throws OptionError where an entry doesn't fit its network */
export function attach(vm: VmOptions, known: Known): Attached {
  if (vm.state === 'absent' || isPowerOnly(vm) || vm.networks.length === 0) return { vm, missing: [] };
  const missing: string[] = [];
  const found = vm.networks.flatMap((nic, i) => {
    const at = `networks[${i}]`;
    const one = known.get(nic.name);
    if (!one) {
      missing.push(
        `option '${at}.name': there is no network '${nic.name}' on this host: declare it in 'networks' of the role network, or leave the entry out`,
      );
      return [];
    }
    checkAddresses(vm, nic, one, at);
    const problem = unfit(vm, nic, one, at);
    if (problem !== undefined) missing.push(problem);
    const { bridge, vlan } = one.network;
    return [
      {
        // A port without a VLAN would be a trunk: its guest could send into each VLAN of the bridge. OVN's bridge has none.
        bridge: { name: bridge, vlans: one.engine === 'ovn' ? [] : [vlan ?? UNTAGGED] },
        nic: interfaceIn(vm, one.network, i, known),
      },
    ];
  });
  return {
    vm: {
      ...vm,
      ovs: [...found.map(({ bridge }) => bridge), ...vm.ovs],
      interfaces: [...found.map(({ nic }) => nic), ...vm.interfaces],
    },
    missing,
  };
}
