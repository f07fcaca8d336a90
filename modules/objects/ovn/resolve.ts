import { located } from '../../lib/failure.ts';
import { formatAddress, parseIp } from '../../lib/net/address.ts';
import { parseSubnet } from '../../lib/net/subnet.ts';
import { rowKeys } from '../../lib/ovn/desired.ts';
import { declaredIn } from '../../lib/ovn/ids.ts';
import type { Index } from '../../lib/ovn/index.ts';
import type { Cloud, CloudGroup, CloudNetwork, CloudUplink, Outside, Peer } from '../../lib/ovn/model.ts';
import type { Subnet } from '../network/network-of.ts';
import { largestMtu } from './check.ts';
import { Claims } from './claims.ts';
import { declaredGroup, declaredNetwork, declaredUplink } from './declared.ts';
import { optionsOf } from './dhcp-options.ts';
import { type Entries, type Entry, gatewaysOf, present } from './entries.ts';
import { claimListen, forwardsOf } from './forwards.ts';
import { foreignPorts, knownNames, knownNics } from './known.ts';
import { claimLegs, formerLegs, legsOf } from './legs.ts';
import { dnsOf, guestsOf, type NamedNic } from './names.ts';
import { subnetsOf } from './network-check.ts';
import { completeNics, isStateless, nicsOf } from './nics.ts';
import type { CloudOptions, NetworkEntry, UplinkEntry } from './options.ts';
import { claimOutside, outsideOf, type UplinkAddresses, uplinkAddresses, uplinkOf } from './outside.ts';
import { peersOf } from './peers.ts';
import { matchesOf, type Sources } from './rules.ts';
import type { Scope } from './scope.ts';
import { uplinkSubnets } from './uplink-check.ts';

/** The cloud of a task, with all that is chosen for it. */
export interface Resolved {
  readonly cloud: Cloud;
  readonly warnings: readonly string[];
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** DHCP's way to say for ever: RFC 2131, section 3.3. */
const FOREVER = 0xffffffff;

/** A time such as 12h, in seconds. */
function secondsOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhdw]?)$/.exec(text) ?? [];
  return number === '' ? FOREVER : Number(number) * (SECONDS[unit || 's'] ?? 1);
}

/** Makes a cloud of the options and of what earlier tasks chose. Pure. @throws OptionError */
export function resolve(options: CloudOptions, entries: Entries, scope: Scope, index: Index): Resolved {
  const networks = present(entries.networks);
  const subnets = new Map(networks.map(({ entry }) => [entry.name, subnetsOf(entry)]));
  const subnetsFor = (network: string): readonly Subnet[] => subnets.get(network) ?? [];
  const claims = new Claims();
  claimFixed(entries, index, subnetsFor, claims);
  const outsides = outsidesOf(entries, index, claims);
  const former = formerLegs(index);
  claimLegs(former, entries, claims);
  const sources = sourcesOf(entries, scope, index, subnetsFor);
  const uncompleted = nicsOf(entries, scope, knownNics(index));
  const nics = completeNics(uncompleted, entries, subnetsFor, claims, sources.hasGroup);
  const legs = legsOf(former, entries, subnetsFor, options.owner, claims);
  const peers = peersOf(entries, index);
  const aliases = new Map(uncompleted.map((nic) => [nic.id, nic.aliases]));
  const byNetwork = new Map<string, NamedNic[]>();
  for (const nic of nics) {
    const one = { nic, aliases: aliases.get(nic.id) ?? [] };
    const list = byNetwork.get(nic.network);
    if (list) list.push(one);
    else byNetwork.set(nic.network, [one]);
  }
  const warnings: string[] = [];
  const all = networks.map((network) =>
    located(network, () => {
      const { name } = network.entry;
      const made = networkOf(options, network, {
        subnets: subnetsFor(name),
        outside: outsides.get(name),
        peers: peers.get(name) ?? [],
        guests: byNetwork.get(name) ?? [],
      });
      warnings.push(...made.warnings);
      return made.network;
    }),
  );
  return {
    cloud: {
      uplinks: present(entries.uplinks).map(({ entry }) => uplinkFor(entry, entries)),
      networks: all,
      groups: groupsOf(entries, sources),
      nics,
      legs,
    },
    warnings,
  };
}

/** Claims what can't be changed: addresses of routers, and of what others have made. */
function claimFixed(
  entries: Entries,
  index: Index,
  subnetsFor: (network: string) => readonly Subnet[],
  claims: Claims,
): void {
  const ports = new Map(index.northbound.Logical_Switch_Port.map((row) => [row._uuid, row]));
  const switches = [
    ...present(entries.networks).map(({ entry }) => rowKeys.networkSwitch(entry.name)),
    ...present(entries.uplinks).map(({ entry }) => rowKeys.uplinkSwitch(entry.name)),
  ];
  for (const lan of switches) {
    for (const { name, macs, addresses } of foreignPorts(index, lan, ports)) {
      for (const value of [...macs, ...addresses])
        claims.note(value, `the port '${name}', which others have made,`);
    }
  }
  for (const { at, entry } of present(entries.networks)) {
    for (const { gateway } of subnetsFor(entry.name)) {
      if (gateway !== undefined)
        claims.claim(gateway, `the gateway of the network '${entry.name}'`, `${at}.gateway`);
    }
  }
  for (const { at, entry } of present(entries.uplinks)) {
    for (const { gateway } of uplinkSubnets(entry)) {
      if (gateway !== undefined)
        claims.claim(gateway, `the gateway of the uplink '${entry.name}'`, `${at}.gateway`);
    }
  }
}

interface Leading {
  readonly network: Entry<NetworkEntry>;
  readonly uplink: string;
  readonly uplinkHas: UplinkAddresses;
}

function outsidesOf(entries: Entries, index: Index, claims: Claims): Map<string, Outside> {
  const ways = new Map(
    present(entries.uplinks).map(
      ({ entry }) => [entry.name, uplinkAddresses(uplinkSubnets(entry), claims)] as const,
    ),
  );
  const leading = present(entries.networks).flatMap((network): Leading[] => {
    const uplink = located(network, () => uplinkOf(network.entry, entries));
    const uplinkHas = ways.get(uplink ?? '');
    return uplink !== undefined && uplinkHas ? [{ network, uplink, uplinkHas }] : [];
  });
  for (const { network, uplinkHas } of leading)
    located(network, () => claimOutside(network.entry, uplinkHas, index, claims));
  for (const { network, uplink, uplinkHas } of leading)
    located(network, () => claimListen(network.entry, uplink, uplinkHas, claims));
  return new Map(
    leading.map(({ network, uplink, uplinkHas }) => [
      network.entry.name,
      located(network, () => outsideOf(network.entry, uplink, uplinkHas, index, claims)),
    ]),
  );
}

interface Around {
  readonly subnets: readonly Subnet[];
  readonly outside: Outside | undefined;
  readonly peers: readonly Peer[];
  readonly guests: readonly NamedNic[];
}

function networkOf(
  options: CloudOptions,
  network: Entry<NetworkEntry>,
  { subnets, outside, peers, guests: nics }: Around,
): { network: CloudNetwork; warnings: readonly string[] } {
  const { entry } = network;
  const { name, dhcp } = entry;
  const guests = guestsOf(name, nics);
  const leadsOut = outside !== undefined || peers.length > 0;
  const gateways = subnets.flatMap(({ gateway }) => gateway ?? []);
  const { forwards, warnings } = outside
    ? forwardsOf(network, outside, guests)
    : { forwards: {}, warnings: [] };
  const base = {
    subnets: subnets.map(({ subnet, gateway }) => ({ subnet, gateway })),
    mtu: entry.mtu ?? largestMtu(options),
    outside,
  };
  return {
    warnings,
    network: {
      ...base,
      name,
      dhcp: dhcp && {
        leaseTime: secondsOf(dhcp.lease_time),
        router: leadsOut,
        stateful: !subnets.some((one) => isStateless(entry, one)),
        options: optionsOf(dhcp.options),
      },
      dns: dnsOf(network, guests, gateways, leadsOut),
      peers,
      forwards,
      declared: declaredNetwork(entry, base),
    },
  };
}

function uplinkFor(entry: UplinkEntry, entries: Entries): CloudUplink {
  const hosts = gatewaysOf(entry, entries);
  const gateways = hosts.map((host) => entries.hypervisors.get(host)?.entry.chassis ?? host);
  return { name: entry.name, vlan: entry.vlan, gateways, declared: declaredUplink(entry, hosts) };
}

/** What rules can name: what the task has, and what earlier ones made and this one keeps. */
function sourcesOf(
  entries: Entries,
  { removed }: Scope,
  index: Index,
  subnetsFor: (network: string) => readonly Subnet[],
): Sources {
  const groups = knownNames(index, 'group');
  return {
    hasGroup: (group) =>
      entries.groups.get(group)?.entry.state === 'present' ||
      (groups.has(group) && !entries.groups.has(group) && !removed.group.has(group)),
    subnetsOf: (network) => {
      const entry = entries.networks.get(network)?.entry;
      if (entry)
        return entry.state === 'present' ? subnetsFor(network).map(({ subnet }) => subnet) : undefined;
      if (removed.network.has(network)) return undefined;
      const row = index.find({ ...rowKeys.networkSwitch(network), table: 'Logical_Switch' });
      const declared = row && declaredIn(row.external_ids)?.subnet;
      return Array.isArray(declared) ? declared.map((text) => parseSubnet(String(text))) : undefined;
    },
  };
}

const groupsOf = (entries: Entries, sources: Sources): CloudGroup[] =>
  present(entries.groups).map(({ at, entry }) => ({
    name: entry.name,
    allows: entry.rules.flatMap((rule, i) =>
      located({ at: `${at}.rules[${i}]` }, () => matchesOf(rule, sources)),
    ),
    declared: declaredGroup(entry),
  }));

/** The addresses of a guest or a hypervisor with the prefixes of their subnets. */
export const withPrefixes = (addresses: readonly string[], subnets: CloudNetwork['subnets']): string[] =>
  addresses.map((ip) => {
    const found = subnets.find(({ subnet }) => subnet.family === parseIp(ip)?.family);
    return found ? formatAddress({ ...found.subnet, ip }) : ip;
  });
