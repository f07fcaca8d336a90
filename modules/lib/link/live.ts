import { type Address, formatAddress } from '../net/address.ts';
import { hasOvsHook } from '../net/ifupdown.ts';
import type { Addressing } from '../net/port.ts';
import { FILES, fileOf, KEEPERS } from './files.ts';
import type { Kept, Link } from './observe.ts';
import type { LinkWish } from './wish.ts';

/** What is done to one interface, in the order of the fields. */
export interface LiveChange {
  /**
   * ifupdown takes it down; `bare` without its hooks, of which Open vSwitch's would delete the port. `forget` comes
   * when the file is gone, and does nothing to the interface: taking it down would flush the addresses of others.
   */
  readonly release: 'no' | 'bare' | 'full' | 'forget';
  readonly remove: readonly Address[];
  readonly add: readonly Address[];
  readonly up: boolean;
  /** ifupdown, or networkd, configures it by its file. */
  readonly raise: boolean;
  readonly before: object;
  readonly after: object;
}

const NOTHING: Link = { up: false, addresses: [] };

const same = (a: Address, b: Address) => a.ip === b.ip && a.prefix === b.prefix;
const within = (address: Address, list: readonly Address[]) => list.some((one) => same(one, address));
const minus = (list: readonly Address[], other: readonly Address[]) =>
  list.filter((address) => !within(address, other));

/** The addresses that files of ours gave to a port. */
export const storedAddresses = (kept: Kept, port: string): Address[] =>
  KEEPERS.flatMap((keeper) => FILES[keeper].parse(kept.files.get(fileOf(keeper, port)) ?? '').addresses);

/** The interface as it will be before it is configured. */
export function linkOf({ internal, device, port }: LinkWish, links: ReadonlyMap<string, Link>): Link {
  return internal && device !== 'kept' ? NOTHING : (links.get(port) ?? NOTHING);
}

/** Puts back on a recreated interface what it had, when the task says nothing of its addresses. */
export function restore(wish: LinkWish, links: ReadonlyMap<string, Link>): LiveChange | undefined {
  const had = links.get(wish.port);
  if (!wish.internal || wish.device !== 'recreated' || !had) return undefined;
  const { up, addresses } = had;
  return { release: 'no', remove: [], add: addresses, up, raise: false, before: {}, after: {} };
}

/** Takes away what was put on an interface whose port goes; one of Open vSwitch's own goes with it. */
export function strip(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept): LiveChange | undefined {
  const had = links.get(wish.port)?.addresses ?? [];
  const stored = storedAddresses(kept, wish.port);
  const remove = had.filter((address) => within(address, stored));
  const raised = kept.raised.has(wish.port);
  if (remove.length === 0 && !raised) return undefined;
  const stays = wish.internal ? [] : minus(had, remove);
  return {
    release: !raised ? 'no' : wasDhcp(kept, wish.port) ? releaseOf(kept, wish.port) : 'forget',
    remove: wish.internal ? [] : remove,
    add: [],
    up: false,
    raise: false,
    before: { addresses: had.map(formatAddress), ...(raised && { raised }) },
    after: { addresses: stays.map(formatAddress), ...(raised && { raised: false }) },
  };
}

const ifupdownFile = (kept: Kept, port: string) => kept.files.get(fileOf('ifupdown', port)) ?? '';
const wasDhcp = (kept: Kept, port: string) => FILES.ifupdown.parse(ifupdownFile(kept, port)).mode === 'dhcp';
const releaseOf = (kept: Kept, port: string) => (hasOvsHook(ifupdownFile(kept, port)) ? 'bare' : 'full');

/**
 * What makes an interface have the wanted addresses now, and those that a file of ours had given it no more.
 * ifupdown configures what it doesn't hold to be up already, since it would fail at its next start on an
 * address that is there (measured: `ipv4: Address already assigned`); the rest is done to the interface itself.
 * @param rewritten whether the port's file changes
 */
export function configure(
  wish: LinkWish & { addressing: Addressing },
  links: ReadonlyMap<string, Link>,
  kept: Kept,
  rewritten: boolean,
): LiveChange | undefined {
  const { port, addressing, device } = wish;
  const { mode, addresses } = addressing;
  const live = linkOf(wish, links);
  const stale = minus(storedAddresses(kept, port), addresses);
  const goes = (one: Address) => within(one, stale) || addresses.some(({ ip }) => ip === one.ip);
  const remove = minus(live.addresses, addresses).filter(goes);
  const add = minus(addresses, live.addresses);
  const ifupdown = kept.keeper === 'ifupdown';
  const raised = ifupdown && kept.raised.has(port);
  const again = mode === 'dhcp' && (rewritten || device !== 'kept');
  const release = raised && wasDhcp(kept, port) && (mode !== 'dhcp' || again);
  const raise = ifupdown ? !raised || release || again : rewritten || again;
  const visible = remove.length > 0 || add.length > 0 || !live.up || (ifupdown && !raised);
  if (!visible && !raise && !release) return undefined;
  const after = [...minus(live.addresses, remove), ...add];
  const told = (up: boolean, list: readonly Address[], held: boolean) => ({
    ...((remove.length > 0 || add.length > 0) && { addresses: list.map(formatAddress) }),
    ...(!live.up && { up }),
    ...(ifupdown && !raised && { raised: held }),
  });
  const clash = ifupdown && raise ? addresses.filter((address) => within(address, live.addresses)) : [];
  return {
    release: release ? releaseOf(kept, port) : 'no',
    remove: [...remove, ...clash],
    add: ifupdown && raise ? [] : add,
    up: !live.up && !(ifupdown && raise),
    raise,
    before: told(false, live.addresses, false),
    after: told(true, after, true),
  };
}
