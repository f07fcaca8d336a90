import { type Element, valueAt } from './element.ts';

/** A value that identifies an item: its path as in valueAt, and which values are used. */
export interface KeyPath {
  readonly path: string;
  /** Any other value counts as missing. */
  readonly only?: RegExp;
  /** The default for a missing value. */
  readonly missing?: string;
  /** Upper and lower case are the same. */
  readonly anyCase?: true;
}

/** Values that together identify an item. */
export type Key = readonly (string | KeyPath)[];

/**
 * How the items of a keyed list are matched, in passes, each with the items that are not matched yet: first by
 * `identity`, then by each of `keys` where its value is unique in both lists, then by `ordinal` and `fallback`, in the
 * order of the lists.
 */
export interface Keyed {
  /** An item that has this key matches by nothing else. Items with the same key are told apart by the other passes. */
  readonly identity?: Key;
  readonly keys: readonly Key[];
  /** Items match where all values are equal; a missing value equals a missing one. */
  readonly ordinal: Key;
  /** The same, but a value that is missing in the second list's item matches any. Never matches what others added. */
  readonly fallback?: Key;
}

/** The matches of two lists. */
export interface Pairing {
  /** Items of the second list by those of the first that they match. */
  readonly pairs: ReadonlyMap<Element, Element>;
  /** Items of the second list without a match. */
  readonly added: readonly Element[];
  /** Items of the first list without a match. */
  readonly unmatched: readonly Element[];
}

type Finder = (item: Element) => string | undefined;

const SEPARATOR = '\0';

function part(item: Element, at: string | KeyPath): string | undefined {
  const { path, only, anyCase, missing } = typeof at === 'string' ? ({ path: at } as KeyPath) : at;
  const value = valueAt(item, path) ?? missing;
  if (value === undefined || (only && !only.test(value))) return undefined;
  return anyCase ? value.toLowerCase() : value;
}

/** The value of a key in an item; undefined where a part of it is missing. */
const keyOf =
  (key: Key): Finder =>
  (item) => {
    const parts = key.map((at) => part(item, at));
    return parts.includes(undefined) ? undefined : parts.join(SEPARATOR);
  };

const ordinalOf =
  (key: Key): Finder =>
  (item) =>
    key.map((at) => part(item, at) ?? '').join(SEPARATOR);

const allows = (key: Key, desired: Element, item: Element) =>
  key.every((at) => {
    const value = part(desired, at);
    return value === undefined || value === part(item, at);
  });

/** The paths of all values in a rule. */
export const pathsOf = ({ identity = [], keys, ordinal, fallback = [] }: Keyed): ReadonlySet<string> =>
  new Set(
    [...identity, ...keys.flat(), ...ordinal, ...fallback].map((at) =>
      typeof at === 'string' ? at : at.path,
    ),
  );

function byKey(items: readonly Element[], known: Finder): Map<string, Element[]> {
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

/** The items of both lists that have the same value, by value. */
function groupsOf(
  known: Finder,
  second: readonly Element[],
  free: readonly Element[],
): [readonly Element[], readonly Element[]][] {
  const found = byKey(free, known);
  return [...byKey(second, known)].map(([value, items]) => [items, found.get(value) ?? []]);
}

// Items of one list may have the same identity key (two NICs in a team have one MAC): then the other keys tell them
// apart, and after these their order.
function pairByOtherKeys(
  first: readonly Element[],
  second: readonly Element[],
  rule: Keyed,
): readonly (readonly [Element, Element])[] {
  const { pairs, added, unmatched } = pairItems(first, second, rule);
  return [...pairs, ...added.flatMap((to, i) => (unmatched[i] ? [[unmatched[i], to] as const] : []))];
}

/**
 * Finds for each item of a second list the item of the first that it matches.
 * @param isManaged whether an item of the first list was not added by others; by default none was
 */
export function pairItems(
  first: readonly Element[],
  second: readonly Element[],
  { identity, keys, ordinal, fallback }: Keyed,
  isManaged: (item: Element) => boolean = () => true,
): Pairing {
  const pairs = new Map<Element, Element>();
  const paired = new Set<Element>();
  const pair = (from: Element, to: Element) => {
    pairs.set(from, to);
    paired.add(to);
  };
  const pass = (known: Finder, inOrder: boolean, from: readonly Element[], to: readonly Element[]) => {
    const free = from.filter((item) => !pairs.has(item));
    const open = to.filter((item) => !paired.has(item));
    if (free.length === 0 || open.length === 0) return;
    for (const [items, found] of groupsOf(known, open, free)) {
      if (!inOrder && (found.length !== 1 || items.length !== 1)) continue;
      items.forEach((item, i) => {
        const match = found[i];
        if (match) pair(match, item);
      });
    }
  };
  if (identity) {
    const known = keyOf(identity);
    for (const [items, found] of groupsOf(known, second, first)) {
      for (const [from, to] of pairByOtherKeys(found, items, { keys, ordinal })) pair(from, to);
    }
  }
  const others = identity ? second.filter((item) => keyOf(identity)(item) === undefined) : second;
  for (const key of keys) pass(keyOf(key), false, first, others);
  pass(ordinalOf(ordinal), true, first, others);
  if (fallback) {
    for (const item of others.filter((one) => !paired.has(one))) {
      const match = first.find((one) => !pairs.has(one) && isManaged(one) && allows(fallback, item, one));
      if (match) pair(match, item);
    }
  }
  return {
    pairs,
    added: second.filter((item) => !paired.has(item)),
    unmatched: first.filter((item) => !pairs.has(item)),
  };
}

/** The three versions of a list. */
export interface Lists {
  readonly current: readonly Element[];
  readonly desired: readonly Element[];
  /** Undefined: unknown. */
  readonly lastApplied: readonly Element[] | undefined;
}

/** Matches the current items of a list with those that are desired, and with those that were applied the last time. */
export function pairVersions(
  { current, desired, lastApplied }: Lists,
  rule: Keyed,
): { readonly desired: Pairing; readonly lastApplied: Pairing } {
  const applied = pairItems(current, lastApplied ?? [], rule);
  const isManaged = lastApplied ? (item: Element) => applied.pairs.has(item) : undefined;
  return { desired: pairItems(current, desired, rule, isManaged), lastApplied: applied };
}
