import { type Element, element, sameElement, withChildren } from './element.ts';
import { type Keyed, type Lists, pairVersions } from './pair.ts';

/** How the items of a repeated element are matched. `atomic`: the list is one value, which a desired list replaces. */
export type ListRule = 'atomic' | Keyed;

/**
 * List rules by the path of the repeated element: `domain/devices/disk`; `PARENT/*` stands for any child of it. An
 * element without a rule is single, or atomic where it is repeated.
 */
export type IdentityTable = Readonly<Record<string, ListRule>>;

/**
 * Prepares a current element for the merge with a desired one: removes what was derived from a value that changes, or
 * that was applied before and is no longer desired.
 */
export type Derive = (
  current: Element,
  desired: Element,
  path: string,
  lastApplied?: Element | undefined,
) => Element;

/** How documents of one kind are merged. */
export interface Rules {
  readonly identity: IdentityTable;
  readonly derive: Derive;
  /** Elements that only group their children: one that is removed keeps the children that others added. */
  readonly containers: ReadonlySet<string>;
  /** Paths of elements and attributes (`domain/@type`) that are kept when they are no longer desired. */
  readonly sticky: ReadonlySet<string>;
}

/** The three versions of a document. */
export interface Versions {
  readonly current: Element;
  readonly desired: Element;
  /** The names, and the values that identify, of what was applied the last time. Undefined: unknown. */
  readonly lastApplied?: Element | undefined;
}

/** The rule of a list by its path. @returns undefined for an element without one */
export const ruleOf = (identity: IdentityTable, path: string): ListRule | undefined =>
  identity[path] ?? identity[`${path.slice(0, path.lastIndexOf('/'))}/*`];

/**
 * Merges a desired element into the current one: desired values replace current ones, values that were applied the last
 * time and are no longer desired are removed, and all others are kept. New items follow the last of their name.
 * @param path the names from the root down to this element, joined by `/`
 */
export function merge(
  { current, desired, lastApplied }: Versions,
  rules: Rules,
  path: string = current.name,
): Element {
  const base = rules.derive(current, desired, path, lastApplied);
  const names = new Set([...desired.children, ...(lastApplied?.children ?? [])].map(({ name }) => name));
  let children = base.children;
  for (const name of names) {
    const named = (from: readonly Element[] | undefined) => from?.filter((child) => child.name === name);
    const lists = {
      current: named(children) ?? [],
      desired: named(desired.children) ?? [],
      lastApplied: named(lastApplied?.children),
    };
    children = withList(children, name, mergeList(lists, rules, `${path}/${name}`), desired.children);
  }
  return {
    ...withChildren(base, children),
    attributes: { ...keptAttributes(base, { desired, lastApplied }, rules, path), ...desired.attributes },
    text: children.length > 0 ? '' : desired.text.trim() || base.text,
  };
}

function keptAttributes(
  base: Element,
  { desired, lastApplied }: Omit<Versions, 'current'>,
  { sticky }: Rules,
  path: string,
): Element['attributes'] {
  const isRemoved = (name: string) =>
    lastApplied?.attributes[name] !== undefined &&
    desired.attributes[name] === undefined &&
    !sticky.has(`${path}/@${name}`);
  return Object.fromEntries(Object.entries(base.attributes).filter(([name]) => !isRemoved(name)));
}

function mergeList(lists: Lists, rules: Rules, path: string): readonly Element[] {
  const rule = ruleOf(rules.identity, path);
  if (rule !== undefined && rule !== 'atomic') return mergeKeyed(lists, rule, rules, path);
  const { lastApplied: [lastApplied] = [] } = lists;
  const [current, desired] = [lists.current[0], lists.desired[0]];
  const single = rule === undefined && lists.current.length <= 1 && lists.desired.length <= 1;
  if (desired) {
    if (single && current) return [merge({ current, desired, lastApplied }, rules, path)];
    return sameList(lists.current, lists.desired) ? lists.current : lists.desired;
  }
  if (!lastApplied || rules.sticky.has(path)) return lists.current;
  return single && current && rules.containers.has(path) ? emptied(current, lastApplied, rules, path) : [];
}

// A container that is no longer desired keeps what others added, and is removed where there is nothing else in it.
function emptied(current: Element, lastApplied: Element, rules: Rules, path: string): Element[] {
  const rest = merge({ current, desired: element(current.name), lastApplied }, rules, path);
  return rest.children.length > 0 || Object.keys(rest.attributes).length > 0 ? [rest] : [];
}

function mergeKeyed(lists: Lists, rule: Keyed, rules: Rules, path: string): readonly Element[] {
  const matches = pairVersions(lists, rule);
  const kept = lists.current.flatMap((current) => {
    const [desired, lastApplied] = [matches.desired, matches.lastApplied].map(({ pairs }) =>
      pairs.get(current),
    );
    if (desired) return [merge({ current, desired, lastApplied }, rules, path)];
    return lastApplied && !rules.sticky.has(path) ? [] : [current];
  });
  return [...kept, ...matches.desired.added];
}

const sameList = (a: readonly Element[], b: readonly Element[]) =>
  a.length === b.length && a.every((item, i) => sameElement(item, b[i] as Element));

// The same children with the merged list of one name: existing items keep their positions, and new ones follow the last.
// The first of a name is inserted where it is in the desired element, since some elements have a fixed order.
function withList(
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
  result.splice(last < 0 ? positionOf(name, result, desired) : last, 0, ...rest);
  return result;
}

// After the nearest preceding sibling of the desired element that exists, or else before the nearest following one.
function positionOf(name: string, children: readonly Element[], desired: readonly Element[]): number {
  const names = children.map((child) => child.name);
  const at = desired.findIndex((child) => child.name === name);
  const preceding = desired.slice(0, Math.max(at, 0)).findLast((child) => names.includes(child.name));
  if (preceding) return names.lastIndexOf(preceding.name) + 1;
  const following = desired.slice(at + 1).find((child) => names.includes(child.name));
  return following ? names.indexOf(following.name) : names.length;
}
