import type { Address } from '../net/address.ts';
import type { Route } from '../net/route.ts';

/** The addresses and routes of an interface. */
export interface Had {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** What a rollback restores: what was there before a change, or, where a task undoes one, what is to be there after it. */
export interface RestorePoint {
  /** The interface of the host that becomes a port, and its bridge. */
  readonly nic: string;
  readonly bridge: string;
  /** The task undoes the change itself, and the rollback only completes it if the task is killed. */
  readonly undoes?: true;
  /** Seconds from when it is armed, or from the next boot, until it runs. */
  readonly seconds: number;
  /** What this change adds to Open vSwitch; the rollback removes it. */
  readonly made: 'bridge' | 'port' | 'record';
  /** The key of the port's external_ids by which the change is recorded. */
  readonly record: string;
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
