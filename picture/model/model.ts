import type { Cloud, CloudBridge, CloudGuest, CloudHost, CloudNetwork, CloudPort, Drift } from '../cloud.ts';

// What the picture shows. Each object has an id that is the same whenever the same cloud is drawn.

interface Thing {
  readonly id: string;
  readonly name: string;
  /** The name of its host. */
  readonly host: string;
  readonly drift: readonly Drift[];
}

/** `missing`: declared, but not created; `unknown`: declared on a host that couldn't be read. */
export type GuestState = 'running' | 'paused' | 'off' | 'missing' | 'unknown';

export interface GuestModel extends Thing {
  readonly kind: 'guest';
  readonly state: GuestState;
  /** As libvirt says, or `not created`. */
  readonly stateText: string;
  readonly addresses: readonly string[];
  /** Of all of its NICs. */
  readonly vlans: readonly number[];
  /** The names of the bridges that it is connected to. It is drawn below the first. */
  readonly bridges: readonly string[];
  readonly nics: readonly NicModel[];
  readonly restart: readonly string[];
  readonly managed: boolean;
  readonly isContainer: boolean;
  readonly group?: string;
  readonly type?: string;
  readonly command?: string;
  readonly info?: CloudGuest;
}

export interface NicModel {
  readonly mac: string;
  readonly bridge?: string;
  readonly network?: string;
  readonly vlan?: number;
  readonly trunks: readonly number[];
  readonly link: boolean;
  readonly port?: string;
  readonly model?: string;
}

export interface NetworkModel extends Thing {
  readonly kind: 'network';
  readonly bridge: string;
  readonly info: CloudNetwork;
  /** Whether its dnsmasq runs, where it needs one. */
  readonly serves: boolean;
}

export interface PortModel extends Thing {
  readonly kind: 'port';
  readonly bridge: string;
  readonly info: CloudPort;
}

export interface BridgeModel extends Thing {
  readonly kind: 'bridge';
  readonly info: CloudBridge;
  /** Of the host, on the bridge itself. */
  readonly addresses: readonly string[];
  /** NICs and bonds. */
  readonly uplinks: readonly PortModel[];
  /** Internal ports, and all that is drawn nowhere else. */
  readonly ports: readonly PortModel[];
  readonly networks: readonly NetworkModel[];
  /** Those whose first bridge it is. */
  readonly guests: readonly GuestModel[];
}

/** A connection of two bridges of a host: patch ports, or a VLAN bridge and its parent. */
export interface LinkModel {
  readonly from: string;
  readonly to: string;
  readonly kind: 'patch' | 'vlan';
  readonly text: string;
  readonly vlan?: number;
}

export interface HostModel extends Thing {
  readonly kind: 'host';
  readonly cloud: CloudHost;
  readonly bridges: readonly BridgeModel[];
  readonly links: readonly LinkModel[];
  /** Those without a bridge. */
  readonly unconnected: readonly GuestModel[];
  /** Guests that are declared and don't exist. */
  readonly missing: readonly GuestModel[];
  /** The drift of the host and of all that is in it. */
  readonly allDrift: number;
  readonly restarts: number;
}

/** One end of an overlay in a host. */
export interface OverlayEnd {
  readonly host: string;
  readonly bridge: string;
  readonly ports: readonly string[];
}

/** Tunnels of one type and key that connect hosts. */
export interface OverlayModel extends Thing {
  readonly kind: 'overlay';
  readonly type: string;
  readonly key?: string;
  readonly ends: readonly OverlayEnd[];
  /** Addresses of the other ends that are no host of the picture. */
  readonly outside: readonly string[];
  /** `hv1 - hv2` for each pair of hosts with a tunnel at one side only. */
  readonly oneSided: readonly string[];
  /** Pairs without any tunnel. */
  readonly missingPairs: number;
  readonly errors: readonly string[];
}

export interface Model {
  readonly cloud: Cloud;
  readonly hosts: readonly HostModel[];
  readonly overlays: readonly OverlayModel[];
  /** All VLANs, from small to large: their colours follow from this order. */
  readonly vlans: readonly number[];
}

export type Item = HostModel | BridgeModel | NetworkModel | PortModel | GuestModel | OverlayModel;

/** Whether it is a guest that doesn't run. */
export const isStopped = (guest: GuestModel): boolean =>
  guest.state !== 'running' && guest.state !== 'paused';

/** All objects by their id. */
export function itemsOf(model: Model): Map<string, Item> {
  const items: Item[] = model.hosts.flatMap((host) => [
    host,
    ...host.bridges.flatMap((bridge) => [
      bridge,
      ...bridge.uplinks,
      ...bridge.ports,
      ...bridge.networks,
      ...bridge.guests,
    ]),
    ...host.unconnected,
    ...host.missing,
  ]);
  return new Map([...items, ...model.overlays].map((item) => [item.id, item]));
}

/** All guests of a host, in the order in which they are drawn. */
export const guestsOf = (host: HostModel): GuestModel[] => [
  ...host.bridges.flatMap((bridge) => bridge.guests),
  ...host.unconnected,
  ...host.missing,
];
