import { type Element, element, sameElement, withChildren } from './element.ts';
import { type Keyed, type Pairing, pairItems } from './pair.ts';

/** How the items of a repeated element are matched; `atomic`: the list is one value, a desired one replaces it. */
export type ListRule = 'atomic' | Keyed;

/**
 * List rules by the path of the repeated element: `domain/devices/disk`; `PARENT/*` stands for any child of it. An
 * element without a rule is single, or atomic where it is repeated.
 */
export type IdentityTable = Readonly<Record<string, ListRule>>;

/**
 * Rewrites a current element before a desired one is laid over it: what was derived from a value that changes, or that
 * was applied and is no longer stated, goes.
 */
export type Derive = (
  current: Element,
  desired: Element,
  path: string,
  applied?: Element | undefined,
) => Element;

/** What a kind of document needs to be merged: its tables. */
export interface Rules {
  readonly identity: IdentityTable;
  readonly derive: Derive;
  /** Elements whose children are statements by themselves: when one of them goes, its like stay. */
  readonly containers: ReadonlySet<string>;
  /** Paths of elements and attributes (`domain/@type`) that stay when nobody states them any more. */
  readonly sticky: ReadonlySet<string>;
}

/** The three documents that meet. */
export interface Versions {
  readonly current: Element;
  readonly desired: Element;
  /** What was stated the last time: names, and of values only those that identify. Undefined: nobody knows. */
  readonly applied?: Element | undefined;
}

export const ruleOf = (identity: IdentityTable, path: string): ListRule | undefined =>
  identity[path] ?? identity[`${path.slice(0, path.lastIndexOf('/'))}/*`];

/**
 * Lays a desired element over the current one: what desired states wins, what was applied and is no longer stated
 * goes, and what neither states stays. New items follow the last of their kind.
 * @param path the names from the root down to this element, joined by `/`
 */
export function merge(
  { current, desired, applied }: Versions,
  rules: Rules,
  path: string = current.name,
): Element {
  const base = rules.derive(current, desired, path, applied);
  const names = new Set([...desired.children, ...(applied?.children ?? [])].map(({ name }) => name));
  let children = base.children;
  for (const name of names) {
    const named = (from: readonly Element[] | undefined) => from?.filter((child) => child.name === name);
    const lists = {
      current: named(children) ?? [],
      desired: named(desired.children) ?? [],
      applied: named(applied?.children),
    };
    children = placed(children, name, mergeList(lists, rules, `${path}/${name}`), desired.children);
  }
  return {
    ...withChildren(base, children),
    attributes: { ...withdrawn(base, { desired, applied }, rules, path), ...desired.attributes },
    text: children.length > 0 ? '' : desired.text.trim() || base.text,
  };
}

function withdrawn(
  base: Element,
  { desired, applied }: Omit<Versions, 'current'>,
  { sticky }: Rules,
  path: string,
): Element['attributes'] {
  const goes = (name: string) =>
    applied?.attributes[name] !== undefined &&
    desired.attributes[name] === undefined &&
    !sticky.has(`${path}/@${name}`);
  return Object.fromEntries(Object.entries(base.attributes).filter(([name]) => !goes(name)));
}

interface Lists {
  readonly current: readonly Element[];
  readonly desired: readonly Element[];
  readonly applied: readonly Element[] | undefined;
}

function mergeList(lists: Lists, rules: Rules, path: string): readonly Element[] {
  const rule = ruleOf(rules.identity, path);
  if (rule !== undefined && rule !== 'atomic') return mergeKeyed(lists, rule, rules, path);
  const { current, desired, applied = [] } = lists;
  const single = rule === undefined && current.length <= 1 && desired.length <= 1;
  const [mine, theirs] = [current[0], desired[0]];
  if (theirs) {
    if (single && mine) return [merge({ current: mine, desired: theirs, applied: applied[0] }, rules, path)];
    return sameList(current, desired) ? current : desired;
  }
  if (applied.length === 0 || rules.sticky.has(path)) return current;
  return single && mine && rules.containers.has(path) ? emptied(mine, applied[0], rules, path) : [];
}

// A container that nobody states any more loses what was stated in it, and goes when nothing else is left.
function emptied(mine: Element, applied: Element | undefined, rules: Rules, path: string): Element[] {
  const rest = merge({ current: mine, desired: element(mine.name), applied }, rules, path);
  return rest.children.length > 0 || Object.keys(rest.attributes).length > 0 ? [rest] : [];
}

/** Matches a list with what is desired of it. Of items that somebody else added none is taken for another. */
export function pairWith(
  current: readonly Element[],
  desired: readonly Element[],
  applied: readonly Element[] | undefined,
  rule: Keyed,
): { readonly desired: Pairing; readonly applied: Pairing } {
  const was = pairItems(current, applied ?? [], rule);
  const ours = applied ? (item: Element) => was.pairs.has(item) : undefined;
  return { desired: pairItems(current, desired, rule, ours), applied: was };
}

function mergeKeyed(
  { current, desired, applied }: Lists,
  rule: Keyed,
  rules: Rules,
  path: string,
): readonly Element[] {
  const pairing = pairWith(current, desired, applied, rule);
  const kept = current.flatMap((item) => {
    const [wanted, was] = [pairing.desired.pairs.get(item), pairing.applied.pairs.get(item)];
    if (wanted) return [merge({ current: item, desired: wanted, applied: was }, rules, path)];
    return was && !rules.sticky.has(path) ? [] : [item];
  });
  return [...kept, ...pairing.desired.added];
}

const sameList = (a: readonly Element[], b: readonly Element[]) =>
  a.length === b.length && a.every((item, i) => sameElement(item, b[i] as Element));

// Puts a list back where the first of its name stood: the old items keep their places, new ones follow the last. The
// first of a name stands where it stands among the desired: some elements come in one order only.
function placed(
  children: readonly Element[],
  name: string,
  list: readonly Element[],
  desired: readonly Element[],
): Element[] {
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
  result.splice(last < 0 ? placeOf(name, result, desired) : last, 0, ...rest);
  return result;
}

// After the nearest of its desired elder siblings that is there, or else before the nearest younger one.
function placeOf(name: string, children: readonly Element[], desired: readonly Element[]): number {
  const names = children.map((child) => child.name);
  const at = desired.findIndex((child) => child.name === name);
  const elder = desired.slice(0, Math.max(at, 0)).findLast((child) => names.includes(child.name));
  if (elder) return names.lastIndexOf(elder.name) + 1;
  const younger = desired.slice(at + 1).find((child) => names.includes(child.name));
  return younger ? names.indexOf(younger.name) : names.length;
}
