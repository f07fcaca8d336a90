import type { Address } from '../net/address.ts';

// The whole cloud in one form, with all that was chosen for it: rows follow from it one by one.

type Family = 4 | 6;
type Declared = Readonly<Record<string, unknown>>;

/** A subnet of a network. */
export interface CloudSubnet {
  readonly subnet: Address;
  /** The router's address; undefined in a network without a router. */
  readonly gateway: string | undefined;
}

/** What guests are told by DHCP and router advertisements. */
export interface CloudDhcp {
  /** Seconds. */
  readonly leaseTime: number;
  /** Whether guests get a default route. */
  readonly router: boolean;
  /** Whether all guests get IPv6 addresses by DHCPv6; otherwise they make their own. */
  readonly stateful: boolean;
  /** More DHCPv4 options, as OVN names and writes them. */
  readonly options: Readonly<Record<string, string>>;
}

/** The name server's part of a network. */
export interface CloudDns {
  readonly domain: string | undefined;
  /** The name servers that guests are told. */
  readonly servers: readonly string[];
  /** Addresses by name. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** The name of each address. */
  readonly reverse: ReadonlyMap<string, string>;
}

/** The address of a network's router outside. */
export interface OutsideAddress {
  readonly family: Family;
  /** With the prefix of the uplink's subnet. */
  readonly address: Address;
  /** The router that leads on. */
  readonly gateway: string | undefined;
}

/** A network's way out. */
export interface Outside {
  readonly uplink: string;
  readonly addresses: readonly OutsideAddress[];
  readonly nat: boolean;
}

/** Another network that a network is routed to, or that is routed to it. */
export interface Peer {
  readonly network: string;
  /** The two ends of the link between their routers. */
  readonly near: string;
  readonly far: string;
  /** The subnets of the other one. */
  readonly subnets: readonly Address[];
  /** Whether guests of the other one can open connections to this one. */
  readonly opens: boolean;
}

/** Ports outside that lead to guests, by protocol: `ADDRESS:PORT` to `ADDRESS:PORT`. */
export type Forwards = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface CloudNetwork {
  readonly name: string;
  readonly subnets: readonly CloudSubnet[];
  readonly mtu: number;
  readonly dhcp: CloudDhcp | undefined;
  readonly dns: CloudDns | undefined;
  readonly outside: Outside | undefined;
  readonly peers: readonly Peer[];
  readonly forwards: Forwards;
  readonly declared: Declared;
}

export interface CloudUplink {
  readonly name: string;
  readonly vlan: number | undefined;
  /** The system IDs of the hypervisors that may be the gateway, the first one first. */
  readonly gateways: readonly string[];
  readonly declared: Declared;
}

/** What a rule lets in: a protocol, ports and sources, as OVN's matches. */
export interface CloudGroup {
  readonly name: string;
  readonly allows: readonly string[];
  readonly declared: Declared;
}

/** A guest's interface. */
export interface CloudNic {
  /** The interface id, which is its name. */
  readonly id: string;
  readonly network: string;
  readonly host: string;
  readonly guest: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly groups: readonly string[];
  /** Whether it can use the addresses of others. */
  readonly anyAddress: boolean;
  readonly declared: Declared;
}

/** A hypervisor's interface in a network. */
export interface CloudLeg {
  readonly network: string;
  readonly host: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly declared: Declared;
}

export interface Cloud {
  readonly uplinks: readonly CloudUplink[];
  readonly networks: readonly CloudNetwork[];
  readonly groups: readonly CloudGroup[];
  readonly nics: readonly CloudNic[];
  readonly legs: readonly CloudLeg[];
}
