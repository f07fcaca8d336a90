import { withoutAddresses } from '../../net/address.ts';
import { hasOvsHook } from '../../net/ifupdown.ts';
import type { Addressing } from '../../net/port.ts';
import { inOrder } from '../../net/route.ts';
import { FILES, fileOf } from '../files.ts';
import type { Names } from '../names.ts';
import type { Kept } from '../observe.ts';
import { type LinkChange, NO_CHANGE } from './change.ts';
import { describeDelta, isSame, type LinkDelta, otherRoutes } from './delta.ts';

/** What ifupdown's file of a port, and its state, have of it now. */
interface Before {
  readonly raised: boolean;
  readonly dhcp: boolean;
  readonly names: Names | undefined;
  /** How ifupdown takes the interface down. */
  readonly release: 'bare' | 'full';
}

/** Reads what ifupdown has of a port. */
export function ifupdownOf(kept: Kept, port: string): Before {
  const text = kept.files.get(fileOf('ifupdown', port)) ?? '';
  const stored = FILES.ifupdown.parse(text);
  return {
    raised: kept.raised.has(port),
    dhcp: stored.mode === 'dhcp',
    names: namesIn(stored),
    release: hasOvsHook(text) ? 'bare' : 'full',
  };
}

// They stand in the first stanza, and hooks keep them by its family.
function namesIn({ mode, addresses, dns, dnsSearch }: Omit<Addressing, 'mode'> & { mode?: unknown }) {
  const family = mode === 'static' ? (addresses[0]?.family ?? 4) : 4;
  return dns.length > 0 || dnsSearch.length > 0 ? ({ dns, dnsSearch, family } as const) : undefined;
}

/**
 * Has ifupdown bring up an interface that it doesn't hold to be up, without the addresses that are on it already, on
 * which it would fail (measured: `ipv4: Address already assigned`); other changes are made to the interface itself.
 * @returns undefined when nothing is to be done
 */
export function byIfupdown(delta: LinkDelta, before: Before): LinkChange | undefined {
  const { current, desired, removeRoutes, add, addRoutes, leases } = delta;
  const { raised } = before;
  const release = raised && before.dhcp && (desired.mode !== 'dhcp' || leases);
  const raise = !raised || release || leases;
  const names = namesIn(desired);
  // The hooks run for each interface that is brought up.
  const renamed = !raise && JSON.stringify(names) !== JSON.stringify(before.names);
  if (isSame(delta) && !raise && !renamed) return undefined;
  const assigned = raise ? withoutAddresses(desired.addresses, add) : [];
  const remove = [...delta.remove, ...assigned];
  const reset = remove.length > 0;
  const described = describeDelta(delta);
  return {
    ...NO_CHANGE,
    release: release ? before.release : 'no',
    remove,
    removeRoutes,
    ...(!raise && { add, addRoutes: inOrder(reset ? desired.routes : addRoutes), up: !current.up }),
    raise,
    ...(renamed && { names }),
    ...(reset && { again: { addresses: [], routes: inOrder(otherRoutes(delta)) } }),
    before: { ...described.before, ...(!raised && { raised: false }) },
    after: { ...described.after, ...(!raised && { raised: true }) },
  };
}
