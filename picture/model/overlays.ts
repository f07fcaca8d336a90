import type { CloudHost, CloudPort } from '../cloud.ts';
import { byName, distinct } from '../sort.ts';
import type { OverlayEnd, OverlayModel } from './model.ts';
import { isTunnel } from './tunnel.ts';

interface Tunnel {
  readonly host: string;
  readonly port: CloudPort;
  /** The host at its other end, if it is one of the picture. */
  readonly to?: string;
}

/** Tunnels by type and key, and within these by the hosts that they connect. */
export function overlaysOf(hosts: readonly CloudHost[]): OverlayModel[] {
  const addresses = addressesOf(hosts);
  const sorts = new Map<string, Tunnel[]>();
  for (const { name: host, info } of hosts) {
    for (const port of info?.ports ?? []) {
      if (!isTunnel(port)) continue;
      const sort = `${port.type}:${port.key ?? ''}`;
      const to = port.remote === undefined ? undefined : addresses.get(port.remote);
      const tunnel = { host, port, ...(to === undefined || to === host ? {} : { to }) };
      sorts.set(sort, [...(sorts.get(sort) ?? []), tunnel]);
    }
  }
  return [...sorts.keys()]
    .sort(byName)
    .flatMap((sort) =>
      componentsOf(sorts.get(sort) ?? []).map((part, index) => overlayOf(sort, index, part)),
    );
}

/** Which host has each address; one that several hosts have leads nowhere. */
function addressesOf(hosts: readonly CloudHost[]): Map<string, string> {
  const found = new Map<string, string>();
  const several = new Set<string>();
  for (const { name, address, info } of hosts) {
    const all = [...(info?.ports ?? []).flatMap((port) => port.addresses), ...(address ? [address] : [])];
    for (const one of new Set(all.map((each) => each.replace(/\/\d+$/, '')))) {
      if (found.has(one) && found.get(one) !== name) several.add(one);
      found.set(one, name);
    }
  }
  for (const one of several) found.delete(one);
  return found;
}

/**
 * Tunnels in groups of those whose hosts are connected by them. Where an other end is unknown, those with the same key are taken for one
 * group.
 */
function componentsOf(tunnels: readonly Tunnel[]): Tunnel[][] {
  if (tunnels.some(({ to, port }) => to === undefined && port.key !== undefined)) return [[...tunnels]];
  const leader = new Map<string, string>();
  const find = (host: string): string => {
    const next = leader.get(host) ?? host;
    return next === host ? host : find(next);
  };
  for (const { host, to } of tunnels) if (to !== undefined) leader.set(find(to), find(host));
  const groups = new Map<string, Tunnel[]>();
  for (const tunnel of tunnels) {
    const key = find(tunnel.host);
    groups.set(key, [...(groups.get(key) ?? []), tunnel]);
  }
  return [...groups.values()];
}

function overlayOf(sort: string, index: number, tunnels: readonly Tunnel[]): OverlayModel {
  const { type, key } = (tunnels[0] as Tunnel).port;
  const members = distinct(tunnels.flatMap(({ host, to }) => (to === undefined ? host : [host, to])));
  const pairs = new Set(tunnels.flatMap(({ host, to }) => (to === undefined ? [] : `${host}\n${to}`)));
  const oneSided: string[] = [];
  let missingPairs = 0;
  const complete = tunnels.every(({ to }) => to !== undefined);
  for (const [at, one] of members.entries()) {
    for (const other of members.slice(at + 1)) {
      const sides = [pairs.has(`${one}\n${other}`), pairs.has(`${other}\n${one}`)].filter(Boolean).length;
      if (sides === 1) oneSided.push(`${one} - ${other}`);
      if (sides === 0 && complete) missingPairs += 1;
    }
  }
  return {
    kind: 'overlay',
    id: `overlay:${sort}:${index}`,
    name: key === undefined || key === '' ? type : `${type} ${key}`,
    host: '',
    type,
    ...(key === undefined ? {} : { key }),
    ends: endsOf(tunnels),
    outside: distinct(
      tunnels.flatMap(({ to, port }) => (to === undefined ? [port.remote ?? 'any address'] : [])),
    ),
    oneSided,
    missingPairs,
    errors: tunnels.flatMap(({ host, port }) => (port.error ? `${host}, ${port.name}: ${port.error}` : [])),
    drift: [],
  };
}

function endsOf(tunnels: readonly Tunnel[]): OverlayEnd[] {
  const ends = new Map<string, OverlayEnd>();
  for (const { host, port } of tunnels) {
    const key = `${host}\n${port.bridge}`;
    const ports = [...(ends.get(key)?.ports ?? []), port.name].sort(byName);
    ends.set(key, { host, bridge: port.bridge, ports });
  }
  return [...ends.values()];
}
