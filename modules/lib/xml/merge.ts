import { type Element, sameElement, withChildren } from './element.ts';

/** What an element is known by, or undefined when it doesn't have that. */
export type Key = (element: Element) => string | undefined;

/** How the items of a repeated element are matched. */
export type ListRule =
  /** The list is one value: a desired one replaces the current one. */
  | 'atomic'
  /**
   * Passes of keys, each among what the ones before left. A key pairs where it is unique on both sides; under
   * `ordinal`, items of one key pair in their order. An item that has an `own` key pairs by it or is new.
   */
  | { readonly own?: Key; readonly keys: readonly Key[]; readonly ordinal?: Key };

/** List rules by the path of the repeated element: `domain/devices/disk`. A path without one is single, or atomic. */
export type IdentityTable = Readonly<Record<string, ListRule>>;

/** Children of `desired` by the `current` child whose place they take. */
export interface Pairing {
  readonly pairs: ReadonlyMap<Element, Element>;
  readonly added: readonly Element[];
  /** Current items that nothing desired stands for. */
  readonly left: readonly Element[];
}

function byKey(items: readonly Element[], key: Key): Map<string, Element[]> {
  const groups = new Map<string, Element[]>();
  for (const item of items) {
    const value = key(item);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), item]);
  }
  return groups;
}

/** Finds for each desired item of a list the current one that it stands for. */
export function pairItems(
  current: readonly Element[],
  desired: readonly Element[],
  { own, keys, ordinal }: Exclude<ListRule, 'atomic'>,
): Pairing {
  const pairs = new Map<Element, Element>();
  const paired = new Set<Element>();
  const pair = (from: Element, to: Element) => {
    pairs.set(from, to);
    paired.add(to);
  };
  const pass = (key: Key, inOrder: boolean, wanted: readonly Element[]) => {
    const mine = byKey(
      current.filter((item) => !pairs.has(item)),
      key,
    );
    const theirs = byKey(
      wanted.filter((item) => !paired.has(item)),
      key,
    );
    for (const [value, items] of theirs) {
      const found = mine.get(value) ?? [];
      if (!inOrder && (found.length !== 1 || items.length !== 1)) continue;
      items.forEach((item, i) => {
        const match = found[i];
        if (match) pair(match, item);
      });
    }
  };
  if (own) pass(own, false, desired);
  // Who is known by a key of its own and wasn't found is new: it takes nobody's place.
  const others = own ? desired.filter((item) => own(item) === undefined) : desired;
  for (const key of keys) pass(key, false, others);
  if (ordinal) pass(ordinal, true, others);
  return {
    pairs,
    added: desired.filter((item) => !paired.has(item)),
    left: current.filter((item) => !pairs.has(item)),
  };
}

/** Rewrites a current element before a desired one is laid over it: what was derived from a changed value goes. */
export type Derive = (current: Element, desired: Element, path: string) => Element;

/**
 * Lays a desired element over the current one: what desired states wins, what it doesn't state stays. New items
 * follow the last of their kind.
 * @param path the names from the root down to this element, joined by `/`
 */
export function merge(
  current: Element,
  desired: Element,
  table: IdentityTable,
  derive: Derive = (same) => same,
  path = current.name,
): Element {
  const base = derive(current, desired, path);
  const names = new Set(desired.children.map(({ name }) => name));
  let children = [...base.children];
  for (const name of names) {
    const mine = children.filter((child) => child.name === name);
    const theirs = desired.children.filter((child) => child.name === name);
    children = placed(children, name, mergeList(mine, theirs, table, derive, `${path}/${name}`));
  }
  return {
    ...withChildren(base, children),
    attributes: { ...base.attributes, ...desired.attributes },
    text: children.length > 0 ? '' : desired.text.trim() || base.text,
  };
}

function mergeList(
  current: readonly Element[],
  desired: readonly Element[],
  table: IdentityTable,
  derive: Derive,
  path: string,
): readonly Element[] {
  const rule = table[path];
  const [mine, theirs] = [current[0], desired[0]];
  if (rule === undefined && mine && theirs && current.length === 1 && desired.length === 1) {
    return [merge(mine, theirs, table, derive, path)];
  }
  if (rule === undefined || rule === 'atomic') return sameList(current, desired) ? current : desired;
  const { pairs, added } = pairItems(current, desired, rule);
  const kept = current.map((item) => {
    const match = pairs.get(item);
    return match ? merge(item, match, table, derive, path) : item;
  });
  return [...kept, ...added];
}

const sameList = (a: readonly Element[], b: readonly Element[]) =>
  a.length === b.length && a.every((item, i) => sameElement(item, b[i] as Element));

// Puts a list back where the first of its name stood: the old items keep their places, new ones follow the last.
function placed(children: readonly Element[], name: string, list: readonly Element[]): Element[] {
  const rest = [...list];
  const result: Element[] = [];
  let last = -1;
  for (const child of children) {
    if (child.name !== name) result.push(child);
    else {
      const next = rest.shift();
      if (next) result.push(next);
      last = result.length;
    }
  }
  result.splice(last < 0 ? result.length : last, 0, ...rest);
  return result;
}
