import type { Address } from '../net/address.ts';
import type { Route } from '../net/route.ts';

/** The addresses and routes of an interface. */
export interface Had {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** What a host has to be put back to. */
export interface WayBack {
  /** The interface of the host that becomes a port, and its bridge. */
  readonly nic: string;
  readonly bridge: string;
  /** Seconds from when it is armed, or from the next boot, until it is taken. */
  readonly seconds: number;
  /** What of Open vSwitch is there only by this change, and goes with it. */
  readonly made: 'bridge' | 'port' | 'nothing';
  /** What the bridge's own interface had, where it was there. */
  readonly bridgeHad: Had & { readonly up: boolean /** By ifupdown. */; readonly raised: boolean };
  /** What the bridge gets. */
  readonly given: readonly Address[];
  /** What the interface had. */
  readonly had: Had;
  /** Who keeps the host's addresses. */
  readonly keeper: 'ifupdown' | 'networkd';
  /** The files as they were, by path; undefined for one that wasn't there. */
  readonly files: ReadonlyMap<string, string | undefined>;
}
