/** The IP version of an address. */
export type Family = 4 | 6;

/** A port or a range of ports: `80`, `8000-8100`. */
export type Ports = string;

/** A forward of a port of the host to a guest, of one family. */
export interface Forward {
  readonly family: Family;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: Ports;
  /** Addresses of the host, of any interface; empty for all but those of networks. */
  readonly listen: readonly string[];
  /** Networks and addresses; empty for all. */
  readonly sources: readonly string[];
  readonly to: string;
  /** The port of the guest, if it is another one. */
  readonly toPort: string | undefined;
}

/** What packet filter and NAT have to know of a network. */
export interface FilteredNetwork {
  readonly name: string;
  /** The host's interface in it. */
  readonly interface: string;
  readonly subnets: readonly {
    readonly family: Family;
    /** `10.20.0.0/24` */
    readonly network: string;
    readonly gateway: string;
    /** The source address of guests that go out: one of the uplink's by `masquerade`; none where they don't go out. */
    readonly source: string | undefined;
  }[];
  /** The interfaces to the outside; none when the network needs none. */
  readonly uplinks: readonly string[];
  /** The interfaces of the networks that guests of this one can connect to. */
  readonly routedTo: readonly string[];
  readonly forwards: readonly Forward[];
  /** The bridge's own interface, where guests could reach the host by it: that of an untagged network. */
  readonly beside: string | undefined;
  /** What guests reach of the host itself. */
  readonly services: readonly Service[];
}

/** Ports of the host that guests can connect to. */
export interface Service {
  readonly protocol: 'tcp' | 'udp';
  /** Undefined for all. */
  readonly ports: Ports | undefined;
}

/** The source address is the one that the outgoing interface has. */
export const MASQUERADE = 'masquerade';

/** Whether the host has to forward packets of a family for a network. */
export const forwards = (network: FilteredNetwork, family: Family): boolean =>
  network.subnets.some((subnet) => subnet.family === family) &&
  (network.routedTo.length > 0 ||
    network.subnets.some((subnet) => subnet.family === family && subnet.source !== undefined) ||
    network.forwards.some((forward) => forward.family === family));
