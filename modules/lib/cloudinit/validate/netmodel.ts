import type { At } from './look.ts';
import type { Path } from './problem.ts';

/** An address as it is written, and its netmask, if it has one. */
export interface GivenAddress extends At<string> {
  readonly netmask?: At<string> | undefined;
  /** The prefix, if it is in another key. */
  readonly prefix?: number | undefined;
}

export interface GivenRoute {
  readonly path: Path;
  readonly to: GivenAddress | undefined;
  readonly via: At<string> | undefined;
  readonly onLink: boolean;
}

/** An interface in a network-config of either version. */
export interface Interface {
  /** The name by which others refer to it: in version 2 the key, which need not be the device's name. */
  readonly name: string;
  readonly path: Path;
  readonly mac: At<string> | undefined;
  readonly addresses: readonly GivenAddress[];
  readonly gateways: readonly (At<string> & { readonly family?: 4 | 6 })[];
  readonly routes: readonly GivenRoute[];
  /** Families whose addresses and routes it gets from DHCP or routers. */
  readonly dynamic: ReadonlySet<4 | 6>;
  /** The names of its member interfaces. */
  readonly members: readonly At<string>[];
  /** The interface that it is a VLAN of. */
  readonly link: At<string> | undefined;
}

/** A network-config, for the checks of both versions. */
export interface Network {
  readonly version: 1 | 2;
  readonly interfaces: readonly Interface[];
  /** Routes that belong to no interface. */
  readonly routes: readonly GivenRoute[];
  readonly nameservers: readonly At<string>[];
  /** Names of interfaces that have a nameserver. */
  readonly users: readonly At<string>[];
}
