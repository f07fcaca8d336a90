import type { Address } from '../net/address.ts';
import type { Route } from '../net/route.ts';

/** The addresses and routes of an interface. */
export interface Had {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** What a rollback restores. */
export interface RestorePoint {
  /** The interface of the host that becomes a port, and its bridge. */
  readonly nic: string;
  readonly bridge: string;
  /** Seconds from when it is armed, or from the next boot, until it runs. */
  readonly seconds: number;
  /** What this change adds to Open vSwitch; the rollback removes it. */
  readonly made: 'bridge' | 'port' | 'nothing';
  /** The bridge's own interface before the change, if it existed. */
  readonly bridgeHad: Had & { readonly up: boolean /** By ifupdown. */; readonly raised: boolean };
  /** The addresses that the bridge gets. */
  readonly given: readonly Address[];
  /** The interface before the change. */
  readonly had: Had;
  /** What configures the host's addresses at boot. */
  readonly keeper: 'ifupdown' | 'networkd';
  /** The files as they were, by path; undefined for a missing one. */
  readonly files: ReadonlyMap<string, string | undefined>;
}
