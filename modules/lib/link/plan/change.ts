import type { Address } from '../../net/address.ts';
import type { Route } from '../../net/route.ts';
import type { Names } from '../names.ts';

/** Addresses and routes that an interface loses and gets. */
export interface AddressChange {
  readonly remove: readonly Address[];
  readonly removeRoutes: readonly Route[];
  readonly add: readonly Address[];
  readonly addRoutes: readonly Route[];
}

/** What is done to one interface. */
export interface LinkChange extends AddressChange {
  /**
   * Whether ifupdown takes the interface down; `bare` without its hooks, of which Open vSwitch's would delete the port.
   * `forget` only has ifupdown forget that it is up: taking it down would flush the addresses of others.
   */
  readonly release: 'no' | 'bare' | 'full' | 'forget';
  readonly up: boolean;
  /** ifupdown, or networkd, configures it by its file. */
  readonly raise: boolean;
  /** The name servers for ifupdown's hooks: undefined for none; the key is missing when they need no change. */
  readonly names?: Names | undefined;
  /**
   * What others configured and this change may remove with the rest: the kernel drops a route with the address that it
   * needs, and networkd drops all that it didn't configure (measured).
   */
  readonly again: { readonly addresses: readonly Address[]; readonly routes: readonly Route[] };
  /** For the diff; both are empty when it shows nothing. */
  readonly before: object;
  readonly after: object;
}

/** A change that does nothing. */
export const NO_CHANGE: LinkChange = {
  release: 'no',
  remove: [],
  removeRoutes: [],
  add: [],
  addRoutes: [],
  up: false,
  raise: false,
  again: { addresses: [], routes: [] },
  before: {},
  after: {},
};
