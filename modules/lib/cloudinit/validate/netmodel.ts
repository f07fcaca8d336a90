import type { At } from './look.ts';
import type { Path } from './problem.ts';

/** An address as it is written, with a netmask of its own or none. */
export interface GivenAddress extends At<string> {
  readonly netmask?: At<string> | undefined;
  /** A prefix of its own, in a key beside it. */
  readonly prefix?: number | undefined;
}

export interface GivenRoute {
  readonly path: Path;
  readonly to: GivenAddress | undefined;
  readonly via: At<string> | undefined;
  readonly onLink: boolean;
}

/** What a network-config of either version says of an interface. */
export interface Interface {
  /** What others call it by: in version 2 the key, which need not be the device's name. */
  readonly name: string;
  readonly path: Path;
  readonly mac: At<string> | undefined;
  readonly addresses: readonly GivenAddress[];
  readonly gateways: readonly (At<string> & { readonly family?: 4 | 6 })[];
  readonly routes: readonly GivenRoute[];
  /** Families of which it gets addresses, and routes, that aren't written here. */
  readonly dynamic: ReadonlySet<4 | 6>;
  /** What it is made of: names of other interfaces. */
  readonly members: readonly At<string>[];
  /** The interface that it is a VLAN of. */
  readonly link: At<string> | undefined;
}

/** What a network-config says, for checks that hold of both versions. */
export interface Network {
  readonly version: 1 | 2;
  readonly interfaces: readonly Interface[];
  /** Routes that belong to no interface. */
  readonly routes: readonly GivenRoute[];
  readonly nameservers: readonly At<string>[];
  /** Names of interfaces that a nameserver is for. */
  readonly users: readonly At<string>[];
}
