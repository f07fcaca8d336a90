import {
  type Cloud,
  type CloudGuest,
  type CloudHost,
  type CloudInfo,
  type CloudNic,
  type CloudPort,
  type Drift,
  KINDS,
} from '../cloud.ts';
import { ascending, byName } from '../sort.ts';
import { linksOf, ordered } from './bridges.ts';
import type {
  BridgeModel,
  GuestModel,
  GuestState,
  HostModel,
  Model,
  NetworkModel,
  NicModel,
  OverlayModel,
  PortModel,
} from './model.ts';
import { overlaysOf } from './overlays.ts';
import { isTunnel } from './tunnel.ts';

/** The picture's objects from the data. Nothing that the data refers to must exist: what doesn't is drawn without it. */
export function modelOf(cloud: Cloud): Model {
  const hosts = cloud.hosts.map(hostOf);
  return { cloud, hosts, overlays: drawnOverlays(hosts, overlaysOf(cloud.hosts)), vlans: vlansOf(cloud) };
}

/** Overlays with the ends whose bridges are drawn. */
const drawnOverlays = (hosts: readonly HostModel[], overlays: readonly OverlayModel[]): OverlayModel[] => {
  const drawn = new Set(hosts.flatMap(({ bridges }) => bridges.map(({ id }) => id)));
  return overlays
    .map((overlay) => ({
      ...overlay,
      ends: overlay.ends.filter(({ host, bridge }) => drawn.has(`bridge:${host}/${bridge}`)),
    }))
    .filter(({ ends }) => ends.length > 0);
};

/** All VLANs that occur. */
export function vlansOf(cloud: Cloud): number[] {
  const all = cloud.hosts.flatMap(({ info }) =>
    info
      ? [
          ...info.bridges.map(({ vlan }) => vlan),
          ...info.ports.flatMap(({ tag, trunks = [] }) => [tag, ...trunks]),
          ...info.networks.map(({ vlan }) => vlan),
          ...info.guests.flatMap(({ nics }) => nics.flatMap(({ tag, trunks = [] }) => [tag, ...trunks])),
        ]
      : [],
  );
  return ascending(all.filter((vlan) => vlan !== undefined && vlan > 0) as number[]);
}

const STATES: Readonly<Record<string, GuestState>> = {
  running: 'running',
  idle: 'running',
  blocked: 'running',
  paused: 'paused',
  pmsuspended: 'paused',
};

class Drifts {
  private readonly unused: Set<Drift>;
  constructor(private readonly all: readonly Drift[]) {
    this.unused = new Set(all);
  }
  /** Those of one object. */
  of(kind: string, name: string): Drift[] {
    const found = this.all.filter((drift) => drift.kind === kind && drift.name === name);
    for (const drift of found) this.unused.delete(drift);
    return found;
  }
  /** Those that no object has asked for. */
  rest(): Drift[] {
    return [...this.unused];
  }
}

function hostOf(cloud: CloudHost): HostModel {
  const { info, name: host } = cloud;
  const drifts = new Drifts(cloud.drift);
  const guests = (info?.guests ?? [])
    .map((guest) => guestOf(cloud, guest, info as CloudInfo, drifts))
    .sort((one, other) => byName(one.name, other.name));
  const known = new Set(guests.map(({ name }) => name));
  const missing = Object.keys(cloud.declared)
    .filter((name) => !known.has(name) && cloud.declared[name]?.state !== 'absent')
    .sort(byName)
    .map((name) => declaredOf(cloud, name, drifts));
  const bridges = info ? bridgesOf(cloud, info, guests, drifts) : [];
  const names = new Set(bridges.map(({ name }) => name));
  return {
    kind: 'host',
    id: `host:${host}`,
    name: host,
    host,
    cloud,
    bridges: info ? ordered(bridges, linksOf(info)) : [],
    links: info ? linksOf(info).filter(({ from, to }) => names.has(from) && names.has(to)) : [],
    unconnected: guests.filter(({ bridges: [first] }) => first === undefined),
    missing,
    drift: drifts.rest(),
    allDrift: cloud.drift.length,
    restarts: guests.filter(({ restart }) => restart.length > 0).length,
  };
}

function guestOf(cloud: CloudHost, guest: CloudGuest, info: CloudInfo, drifts: Drifts): GuestModel {
  const nics = guest.nics.map((nic) => nicOf(nic, info));
  const existing = new Set(info.bridges.map(({ name }) => name));
  const bridges = [
    ...new Set(nics.flatMap(({ bridge }) => (bridge !== undefined && existing.has(bridge) ? bridge : []))),
  ];
  const command = entryOf(cloud.guest_commands, guest.name);
  return {
    kind: 'guest',
    id: `guest:${cloud.name}/${guest.name}`,
    name: guest.name,
    host: cloud.name,
    state: STATES[guest.state] ?? 'off',
    stateText: guest.state,
    addresses: [...new Set(guest.addresses.map(({ address }) => address))],
    vlans: ascending(nics.flatMap(({ vlan, trunks }) => [...(vlan === undefined ? [] : [vlan]), ...trunks])),
    bridges,
    nics,
    restart: guest.restart_reasons,
    managed: guest.managed,
    isContainer: guest.kind === 'container',
    drift: drifts.of(KINDS.guest, guest.name),
    info: guest,
    ...(guest.group === undefined ? {} : { group: guest.group }),
    ...(guest.type === undefined ? {} : { type: guest.type }),
    ...(command === undefined ? {} : { command }),
  };
}

const entryOf = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

/** A NIC with the bridge and the VLAN of its network where it doesn't tell them itself. */
function nicOf(nic: CloudNic, info: CloudInfo): NicModel {
  const network = info.networks.find(({ name }) => name === nic.network);
  const bridge = nic.bridge ?? network?.bridge;
  const fake = info.bridges.find(({ name }) => name === bridge);
  const vlan = nic.tag ?? network?.vlan ?? fake?.vlan;
  return {
    mac: nic.mac,
    link: nic.link,
    trunks: nic.trunks ?? [],
    ...(bridge === undefined ? {} : { bridge }),
    ...(nic.network === undefined ? {} : { network: nic.network }),
    ...(vlan === undefined || vlan === 0 ? {} : { vlan }),
    ...(nic.port === undefined ? {} : { port: nic.port }),
    ...(nic.model === undefined ? {} : { model: nic.model }),
  };
}

function declaredOf(cloud: CloudHost, name: string, drifts: Drifts): GuestModel {
  const declared = cloud.declared[name];
  const command = entryOf(cloud.guest_commands, name);
  return {
    kind: 'guest',
    id: `guest:${cloud.name}/${name}`,
    name,
    host: cloud.name,
    state: cloud.info ? 'missing' : 'unknown',
    stateText: cloud.info ? 'not created' : 'not known',
    addresses: declared?.addresses ?? [],
    vlans: [],
    bridges: [],
    nics: [],
    restart: [],
    managed: true,
    isContainer: declared?.kind === 'container',
    drift: drifts.of(KINDS.guest, name),
    ...(declared?.group === undefined ? {} : { group: declared.group }),
    ...(declared?.type === undefined ? {} : { type: declared.type }),
    ...(command === undefined ? {} : { command }),
  };
}

function bridgesOf(
  cloud: CloudHost,
  info: CloudInfo,
  guests: readonly GuestModel[],
  drifts: Drifts,
): BridgeModel[] {
  return info.bridges.map((bridge) => {
    const drawn = info.ports
      .filter((port) => port.bridge === bridge.name && (isUplink(port) || isSmall(port)))
      .sort((one, other) => byName(one.name, other.name))
      .map((port) => portOf(cloud.name, port, drifts));
    return {
      kind: 'bridge',
      id: `bridge:${cloud.name}/${bridge.name}`,
      name: bridge.name,
      host: cloud.name,
      info: bridge,
      addresses: info.ports.find(({ name }) => name === bridge.name)?.addresses ?? [],
      uplinks: drawn.filter(({ info: port }) => isUplink(port)),
      ports: drawn.filter(({ info: port }) => !isUplink(port)),
      networks: networksOf(cloud, info, bridge.name, drifts),
      guests: guests.filter(({ bridges: [first] }) => first === bridge.name),
      drift: drifts.of(KINDS.bridge, bridge.name),
    };
  });
}

const isUplink = ({ type }: CloudPort) => type === 'system' || type === 'bond';

/** Whether a port isn't drawn as something else: an uplink, a tunnel, a link of bridges, a guest's NIC, the bridge itself. */
const isSmall = (port: CloudPort) =>
  !isUplink(port) &&
  !isTunnel(port) &&
  port.type !== 'patch' &&
  port.guest === undefined &&
  port.name !== port.bridge;

const portOf = (host: string, info: CloudPort, drifts: Drifts): PortModel => ({
  kind: 'port',
  id: `port:${host}/${info.bridge}/${info.name}`,
  name: info.name,
  host,
  bridge: info.bridge,
  info,
  drift: drifts.of(KINDS.port, info.name),
});

function networksOf(cloud: CloudHost, info: CloudInfo, bridge: string, drifts: Drifts): NetworkModel[] {
  return info.networks
    .filter((network) => network.bridge === bridge)
    .sort((one, other) => byName(one.name, other.name))
    .map((network) => ({
      kind: 'network',
      id: `network:${cloud.name}/${network.name}`,
      name: network.name,
      host: cloud.name,
      bridge,
      info: network,
      serves: network.service === undefined || network.service === 'active',
      drift: drifts.of(KINDS.network, network.name),
    }));
}
