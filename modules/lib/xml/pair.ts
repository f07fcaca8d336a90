import { type Element, valueAt } from './element.ts';

/** A value that an item is known by: a path as in valueAt, and what of it counts. */
export interface KeyPath {
  readonly path: string;
  /** Another value than this is none. */
  readonly only?: RegExp;
  /** What counts where there is no value. */
  readonly missing?: string;
  /** The value is the same in any case. */
  readonly anyCase?: true;
}

/** Values that tell an item from its like, together. */
export type Key = readonly (string | KeyPath)[];

/**
 * How the items of a keyed list are matched, in passes, each among what the ones before left: `own` (items that share
 * it as they are matched without it), every one of `keys` where its value is unique on both sides, then `ordinal` and
 * `loose` by order among items of the same values.
 */
export interface Keyed {
  /** An item that has it is known by nothing else: it pairs by it or is new. */
  readonly own?: Key;
  readonly keys: readonly Key[];
  /** A value that is missing counts as one. */
  readonly ordinal: Key;
  /** The same, where a value that the second list's item lacks may be any; it never takes what somebody else added. */
  readonly loose?: Key;
}

/** Items of one list matched with those of another. */
export interface Pairing {
  /** The second list's item by the first's. */
  readonly pairs: ReadonlyMap<Element, Element>;
  /** Items of the second list that are new. */
  readonly added: readonly Element[];
  /** Items of the first list that nothing stands for. */
  readonly left: readonly Element[];
}

type Known = (item: Element) => string | undefined;

const SEPARATOR = '\0';

function part(item: Element, at: string | KeyPath): string | undefined {
  const { path, only, anyCase, missing } = typeof at === 'string' ? ({ path: at } as KeyPath) : at;
  const value = valueAt(item, path) ?? missing;
  if (value === undefined || (only && !only.test(value))) return undefined;
  return anyCase ? value.toLowerCase() : value;
}

/** What a key finds in an item; undefined where a part of it is missing. */
export const keyOf =
  (key: Key): Known =>
  (item) => {
    const parts = key.map((at) => part(item, at));
    return parts.includes(undefined) ? undefined : parts.join(SEPARATOR);
  };

const kindOf =
  (key: Key): Known =>
  (item) =>
    key.map((at) => part(item, at) ?? '').join(SEPARATOR);

const allows = (key: Key, wanted: Element, item: Element) =>
  key.every((at) => {
    const value = part(wanted, at);
    return value === undefined || value === part(item, at);
  });

/** The paths of all values that a rule looks at. */
export const pathsOf = ({ own = [], keys, ordinal, loose = [] }: Keyed): ReadonlySet<string> =>
  new Set(
    [...own, ...keys.flat(), ...ordinal, ...loose].map((at) => (typeof at === 'string' ? at : at.path)),
  );

function byKey(items: readonly Element[], known: Known): Map<string, Element[]> {
  const groups = new Map<string, Element[]>();
  for (const item of items) {
    const value = known(item);
    if (value === undefined) continue;
    const group = groups.get(value);
    if (group) group.push(item);
    else groups.set(value, [item]);
  }
  return groups;
}

/** Items that have the same value on both sides. */
function groupsOf(
  known: Known,
  wanted: readonly Element[],
  free: readonly Element[],
): [readonly Element[], readonly Element[]][] {
  const found = byKey(free, known);
  return [...byKey(wanted, known)].map(([value, items]) => [items, found.get(value) ?? []]);
}

// Items of one list may share what is their own (two NICs that are teamed have one MAC): then the other keys tell which
// is which, and only then their order.
function pairTwins(
  first: readonly Element[],
  second: readonly Element[],
  rule: Keyed,
): readonly (readonly [Element, Element])[] {
  const { pairs, added, left } = pairItems(first, second, rule);
  return [...pairs, ...added.flatMap((to, i) => (left[i] ? [[left[i], to] as const] : []))];
}

/**
 * Finds for each item of a second list the one of the first that it stands for.
 * @param ours items of the first that somebody else didn't add; all of them by default
 */
export function pairItems(
  first: readonly Element[],
  second: readonly Element[],
  { own, keys, ordinal, loose }: Keyed,
  ours: (item: Element) => boolean = () => true,
): Pairing {
  const pairs = new Map<Element, Element>();
  const paired = new Set<Element>();
  const pair = (from: Element, to: Element) => {
    pairs.set(from, to);
    paired.add(to);
  };
  const pass = (known: Known, inOrder: boolean, from: readonly Element[], to: readonly Element[]) => {
    const free = from.filter((item) => !pairs.has(item));
    const wanted = to.filter((item) => !paired.has(item));
    for (const [items, found] of groupsOf(known, wanted, free)) {
      if (!inOrder && (found.length !== 1 || items.length !== 1)) continue;
      items.forEach((item, i) => {
        const match = found[i];
        if (match) pair(match, item);
      });
    }
  };
  if (own) {
    const known = keyOf(own);
    for (const [items, found] of groupsOf(known, second, first)) {
      for (const [from, to] of pairTwins(found, items, { keys, ordinal })) pair(from, to);
    }
  }
  const others = own ? second.filter((item) => keyOf(own)(item) === undefined) : second;
  for (const key of keys) pass(keyOf(key), false, first, others);
  pass(kindOf(ordinal), true, first, others);
  if (loose) {
    for (const item of others.filter((one) => !paired.has(one))) {
      const match = first.find((one) => !pairs.has(one) && ours(one) && allows(loose, item, one));
      if (match) pair(match, item);
    }
  }
  return {
    pairs,
    added: second.filter((item) => !paired.has(item)),
    left: first.filter((item) => !pairs.has(item)),
  };
}
