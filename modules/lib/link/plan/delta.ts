import { type Address, formatAddress, withoutAddresses } from '../../net/address.ts';
import type { Addressing } from '../../net/port.ts';
import { formatRoute, type Route, withoutRoutes } from '../../net/route.ts';
import type { DesiredLink } from '../desired.ts';
import { FILES, fileOf, formerFile, KEEPERS } from '../files.ts';
import type { Given, Kept, Link } from '../observe.ts';
import type { AddressChange } from './change.ts';

/** What differs between an interface as it is and as it should be. */
export interface LinkDelta extends AddressChange {
  readonly port: string;
  readonly current: Link;
  readonly desired: Addressing;
  /** Whether the port's file changes. */
  readonly rewritten: boolean;
  /** Whether a DHCP client must start: the file is new, or the interface is. */
  readonly leases: boolean;
}

/** An interface without any addresses. */
export const BARE: Link = {
  up: false,
  addresses: [],
  routes: [],
  leased: { addresses: [], routes: [] },
};

/** The addresses and routes that files of ours gave to a port. */
export function storedOf(kept: Kept, port: string): Given {
  const files = KEEPERS.map((keeper) => FILES[keeper].parse(kept.files.get(fileOf(keeper, port)) ?? ''));
  files.push(FILES.networkd.parse(kept.files.get(formerFile(port)) ?? ''));
  return {
    addresses: files.flatMap(({ addresses }) => addresses),
    routes: files.flatMap(({ routes }) => routes),
  };
}

/** The interface after the transaction, before it is configured. */
export function currentLink({ internal, device, port }: DesiredLink, links: ReadonlyMap<string, Link>): Link {
  return internal && device !== 'kept' ? BARE : (links.get(port) ?? BARE);
}

/**
 * Compares an interface with what it should have. Only what files of ours gave, or another prefix of a desired address,
 * is removed.
 * @param rewritten whether the port's file changes
 */
export function deltaOf(
  link: DesiredLink & { addressing: Addressing },
  links: ReadonlyMap<string, Link>,
  kept: Kept,
  rewritten: boolean,
): LinkDelta {
  const { port, addressing: desired, device } = link;
  const { addresses, routes } = desired;
  const current = currentLink(link, links);
  const stored = link.gives ? current : storedOf(kept, port);
  const keep = withoutAddresses(current.addresses, stored.addresses);
  const others = keep.filter(({ ip }) => !addresses.some((address) => address.ip === ip));
  return {
    port,
    current,
    desired,
    remove: withoutAddresses(current.addresses, [...addresses, ...others]),
    add: withoutAddresses(addresses, current.addresses),
    removeRoutes: withoutRoutes(current.routes, [...routes, ...withoutRoutes(current.routes, stored.routes)]),
    addRoutes: withoutRoutes(routes, current.routes),
    rewritten,
    leases: desired.mode === 'dhcp' && (rewritten || device !== 'kept'),
  };
}

/** Whether the interface is up and has exactly the desired addresses and routes. */
export const isSame = ({ current, remove, add, removeRoutes, addRoutes }: LinkDelta): boolean =>
  current.up && [remove, add, removeRoutes, addRoutes].every((list) => list.length === 0);

/** The routes of the interface that the task doesn't touch. */
export const otherRoutes = ({ current, removeRoutes, desired }: LinkDelta): Route[] =>
  withoutRoutes(current.routes, [...removeRoutes, ...desired.routes]);

/** Both sides of the diff: what changes of the addresses and routes, and whether the interface is up. */
export function describeDelta(delta: LinkDelta): { readonly before: object; readonly after: object } {
  const { current, remove, add, removeRoutes, addRoutes } = delta;
  const side = (up: boolean, addresses: readonly Address[], routes: readonly Route[]) => ({
    ...((remove.length > 0 || add.length > 0) && { addresses: addresses.map(formatAddress) }),
    ...((removeRoutes.length > 0 || addRoutes.length > 0) && { routes: routes.map(formatRoute) }),
    ...(!current.up && { up }),
  });
  return {
    before: side(false, current.addresses, current.routes),
    after: side(
      true,
      [...withoutAddresses(current.addresses, remove), ...add],
      [...withoutRoutes(current.routes, removeRoutes), ...addRoutes],
    ),
  };
}
