import { formatAddress, withoutAddresses } from '../../net/address.ts';
import { formatRoute, withoutRoutes } from '../../net/route.ts';
import type { DesiredLink } from '../desired.ts';
import { fileOf, KEEPERS } from '../files.ts';
import type { Kept, Link } from '../observe.ts';
import { ifupdownOf } from './by-ifupdown.ts';
import { type LinkChange, NO_CHANGE } from './change.ts';
import { BARE, storedOf } from './delta.ts';

/** Puts back what a recreated interface had, where the task gives no addresses. */
export function restore(link: DesiredLink, links: ReadonlyMap<string, Link>): LinkChange | undefined {
  const before = links.get(link.port);
  if (!link.internal || link.device !== 'recreated' || !before) return undefined;
  const { up, addresses, routes } = before;
  return { ...NO_CHANGE, add: addresses, up, again: { addresses: [], routes } };
}

/** Removes what files of ours gave to the interface of a removed port; Open vSwitch removes an internal one itself. */
export function strip(
  link: DesiredLink,
  links: ReadonlyMap<string, Link>,
  kept: Kept,
): LinkChange | undefined {
  const { internal, port } = link;
  const { addresses, routes } = links.get(port) ?? BARE;
  const stored = storedOf(kept, port);
  const others = withoutAddresses(addresses, stored.addresses);
  const otherRoutes = internal ? routes : withoutRoutes(routes, stored.routes);
  const remove = withoutAddresses(addresses, others);
  const removeRoutes = withoutRoutes(routes, otherRoutes);
  const { dhcp, release, names, ...ifupdown } = ifupdownOf(kept, port);
  // A NIC without a file of ours was brought up by the host's, and stays up.
  const raised =
    ifupdown.raised && (internal || KEEPERS.some((keeper) => kept.files.has(fileOf(keeper, port))));
  if (remove.length === 0 && removeRoutes.length === 0 && !raised) return undefined;
  return {
    ...NO_CHANGE,
    release: !raised ? 'no' : dhcp ? release : 'forget',
    remove: internal ? [] : remove,
    removeRoutes,
    ...(kept.keeper === 'ifupdown' && names && { names: undefined }),
    before: {
      addresses: addresses.map(formatAddress),
      ...(removeRoutes.length > 0 && { routes: routes.map(formatRoute) }),
      ...(raised && { raised }),
    },
    after: {
      addresses: internal ? [] : others.map(formatAddress),
      ...(removeRoutes.length > 0 && { routes: otherRoutes.map(formatRoute) }),
      ...(raised && { raised: false }),
    },
  };
}
