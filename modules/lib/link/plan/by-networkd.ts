import { withoutAddresses } from '../../net/address.ts';
import { inOrder } from '../../net/route.ts';
import { type LinkChange, NO_CHANGE } from './change.ts';
import { describeDelta, isSame, type LinkDelta, otherRoutes } from './delta.ts';

/**
 * Has systemd-networkd configure an interface by its file where that changes, which removes all addresses for a moment;
 * the addresses are set on the interface itself as well, since networkd may not run.
 * @returns undefined when nothing is to be done
 */
export function byNetworkd(delta: LinkDelta): LinkChange | undefined {
  const { current, desired, remove, add, removeRoutes, addRoutes, rewritten, leases } = delta;
  const raise = rewritten || leases;
  if (isSame(delta) && !raise) return undefined;
  const reset = raise || remove.length > 0;
  return {
    ...NO_CHANGE,
    remove,
    removeRoutes,
    add,
    addRoutes: inOrder(reset ? desired.routes : addRoutes),
    up: !current.up,
    raise,
    ...(reset && {
      again: {
        addresses: withoutAddresses(current.addresses, [...remove, ...desired.addresses]),
        routes: inOrder(otherRoutes(delta)),
      },
    }),
    ...describeDelta(delta),
  };
}
