import type { Element } from './element.ts';
import { type IdentityTable, ruleOf } from './merge.ts';
import { pairItems } from './pair.ts';

/**
 * A text that is equal for two elements that mean the same: attributes, kinds of children and the items of keyed lists
 * in any order. Lists without a rule are ordered values.
 */
export function canonical(element: Element, identity: IdentityTable, path: string = element.name): string {
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  const children = [...listsOf(element)].map(([name, items]) => {
    const rule = ruleOf(identity, `${path}/${name}`);
    const texts = items.map((item) => canonical(item, identity, `${path}/${name}`));
    return (rule === undefined || rule === 'atomic' ? texts : texts.sort()).join('');
  });
  return `<${element.name} ${attributes.sort().join(' ')}>${element.text.trim()}${children.sort().join('')}</>`;
}

function listsOf(element: Element): Map<string, Element[]> {
  const lists = new Map<string, Element[]>();
  for (const child of element.children) lists.set(child.name, [...(lists.get(child.name) ?? []), child]);
  return lists;
}

/** Whether two elements at one path mean the same. */
export type Same = (a: Element, b: Element, path: string) => boolean;

/**
 * The same element with its children in the order in which another has theirs, so that a diff of the two shows what
 * differs and not what moved. What the other doesn't have follows the last of its kind.
 * @param same elements of which the other's way to write them is taken; none by default
 */
export function inOrderOf(
  other: Element,
  element: Element,
  identity: IdentityTable,
  same: Same = () => false,
  path: string = element.name,
): Element {
  if (same(other, element, path)) return other;
  const theirs = listsOf(other);
  const places = new Map<Element, Element>();
  for (const [name, items] of listsOf(element)) {
    const rule = ruleOf(identity, `${path}/${name}`);
    const known = theirs.get(name) ?? [];
    if (rule !== undefined && rule !== 'atomic') {
      for (const [one, item] of pairItems(known, items, rule).pairs) places.set(one, item);
    } else {
      items.forEach((item, i) => {
        const one = known[i];
        if (one) places.set(one, item);
      });
    }
  }
  const children = other.children.flatMap((one) => {
    const item = places.get(one);
    return item ? [{ item, at: inOrderOf(one, item, identity, same, `${path}/${item.name}`) }] : [];
  });
  const placed = new Set(places.values());
  for (const item of element.children.filter((child) => !placed.has(child))) {
    const last = children.map(({ item: { name } }) => name).lastIndexOf(item.name);
    children.splice(last < 0 ? children.length : last + 1, 0, { item, at: item });
  }
  return { ...element, children: children.map(({ at }) => at) };
}
