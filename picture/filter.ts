import { type Cloud, type CloudGuest, type CloudHost, type CloudInfo, KINDS } from './cloud.ts';
import { distinct } from './sort.ts';

/** What is shown. An empty one shows all. */
export interface Filter {
  readonly group?: string;
  readonly network?: string;
  readonly vlan?: number;
  readonly host?: string;
  readonly drift?: boolean;
  readonly stopped?: boolean;
}

export const isEmpty = (filter: Filter): boolean =>
  Object.values(filter).every((value) => value === undefined || value === false);

/** What can be chosen from. */
export interface Choices {
  readonly groups: readonly string[];
  readonly networks: readonly string[];
  readonly hosts: readonly string[];
}

export function choicesOf(cloud: Cloud): Choices {
  const infos = cloud.hosts.flatMap(({ info }) => info ?? []);
  const declared = cloud.hosts.flatMap((host) => Object.values(host.declared));
  const groups = [...infos.flatMap(({ guests }) => guests), ...declared].flatMap(({ group }) => group || []);
  return {
    groups: distinct(groups),
    networks: distinct(infos.flatMap(({ networks }) => networks.map(({ name }) => name))),
    hosts: cloud.hosts.map(({ name }) => name),
  };
}

/**
 * The part of a cloud that a filter shows, as a cloud. Hosts in which nothing is left are left out, and so are bridges without anything
 * that is left.
 */
export function filtered(cloud: Cloud, filter: Filter): Cloud {
  if (isEmpty(filter)) return cloud;
  const hosts = cloud.hosts.filter(({ name }) => filter.host === undefined || name === filter.host);
  const { host: _, ...rest } = filter;
  if (isEmpty(rest)) return { ...cloud, hosts };
  return { ...cloud, hosts: hosts.flatMap((host) => filteredHost(host, filter) ?? []) };
}

function filteredHost(host: CloudHost, filter: Filter): CloudHost | undefined {
  const { info } = host;
  const drifting = new Set(host.drift.filter(({ kind }) => kind === KINDS.guest).map(({ name }) => name));
  const guests = (info?.guests ?? []).filter(
    (guest) => matches(guest, filter, info as CloudInfo) && (!filter.drift || drifting.has(guest.name)),
  );
  const existing = new Set((info?.guests ?? []).map(({ name }) => name));
  const declared = Object.fromEntries(
    Object.entries(host.declared).filter(
      ([name, { group, state }]) =>
        !existing.has(name) &&
        state !== 'absent' &&
        filter.network === undefined &&
        filter.vlan === undefined &&
        (filter.group === undefined || group === filter.group) &&
        (!filter.drift || drifting.has(name)),
    ),
  );
  const networks = (info?.networks ?? []).filter((network) => networkMatches(host, network, filter));
  const drift = filter.drift === true && host.drift.length > 0;
  if (guests.length + networks.length + Object.keys(declared).length === 0 && !drift) return undefined;
  if (!info) return { ...host, declared };
  const bridges = keptBridges(info, guests, networks);
  return {
    ...host,
    declared,
    info: {
      ...info,
      guests,
      networks,
      bridges: info.bridges.filter(({ name }) => bridges.has(name) || (drift && hasDrift(host, info, name))),
    },
  };
}

/** Bridges with guests or networks, their parents, and those that patch ports connect to them. */
function keptBridges(
  info: CloudInfo,
  guests: readonly CloudGuest[],
  networks: CloudInfo['networks'],
): Set<string> {
  const bridgeOf = (network: string | undefined) =>
    info.networks.find(({ name }) => name === network)?.bridge;
  const kept = new Set([
    ...networks.map(({ bridge }) => bridge),
    ...guests.flatMap(({ nics }) => nics.flatMap(({ bridge, network }) => bridge ?? bridgeOf(network) ?? [])),
  ]);
  for (const { name, parent } of info.bridges) if (kept.has(name) && parent !== undefined) kept.add(parent);
  for (const port of info.ports) {
    const peer = info.ports.find(({ name }) => name === port.peer);
    if (peer && kept.has(port.bridge)) kept.add(peer.bridge);
  }
  return kept;
}

const hasDrift = (host: CloudHost, info: CloudInfo, bridge: string) =>
  host.drift.some(
    ({ kind, name }) =>
      (kind === KINDS.bridge && name === bridge) ||
      (kind === KINDS.port && info.ports.some((port) => port.bridge === bridge && port.name === name)),
  );

function networkMatches(
  host: CloudHost,
  { name, vlan }: CloudInfo['networks'][number],
  filter: Filter,
): boolean {
  if (filter.group !== undefined || filter.stopped) return false;
  if (filter.network !== undefined && name !== filter.network) return false;
  if (filter.vlan !== undefined && vlan !== filter.vlan) return false;
  return !filter.drift || host.drift.some((drift) => drift.kind === KINDS.network && drift.name === name);
}

const RUNNING = ['running', 'idle', 'blocked', 'paused', 'pmsuspended'];

function matches(guest: CloudGuest, filter: Filter, info: CloudInfo): boolean {
  const vlanOf = (nic: CloudGuest['nics'][number]) =>
    nic.tag ??
    info.networks.find(({ name }) => name === nic.network)?.vlan ??
    info.bridges.find(({ name }) => name === nic.bridge)?.vlan;
  return (
    (filter.group === undefined || guest.group === filter.group) &&
    (filter.network === undefined || guest.nics.some(({ network }) => network === filter.network)) &&
    (filter.vlan === undefined ||
      guest.nics.some((nic) => vlanOf(nic) === filter.vlan || nic.trunks?.includes(filter.vlan as number))) &&
    (!filter.stopped || !RUNNING.includes(guest.state))
  );
}
