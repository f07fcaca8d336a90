import type { Element } from './element.ts';
import { type IdentityTable, ruleOf } from './merge.ts';
import { pairItems } from './pair.ts';

/**
 * A text that is equal for two equal elements, whatever the order of attributes, of children with different names, and
 * of the items of keyed lists. The order of lists without a rule counts.
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
 * The same element with its children in the order of another element, so that a diff of the two shows differences and no
 * moves. Children that the other doesn't have follow the last of their name.
 * @param same elements that are replaced by the other's; none by default
 */
export function inOrderOf(
  other: Element,
  element: Element,
  identity: IdentityTable,
  same: Same = () => false,
  path: string = element.name,
): Element {
  if (same(other, element, path)) return other;
  const otherLists = listsOf(other);
  const matches = new Map<Element, Element>();
  for (const [name, items] of listsOf(element)) {
    const rule = ruleOf(identity, `${path}/${name}`);
    const candidates = otherLists.get(name) ?? [];
    if (rule !== undefined && rule !== 'atomic') {
      for (const [one, item] of pairItems(candidates, items, rule).pairs) matches.set(one, item);
    } else {
      items.forEach((item, i) => {
        const one = candidates[i];
        if (one) matches.set(one, item);
      });
    }
  }
  const children = other.children.flatMap((one) => {
    const item = matches.get(one);
    return item ? [{ item, at: inOrderOf(one, item, identity, same, `${path}/${item.name}`) }] : [];
  });
  const matched = new Set(matches.values());
  for (const item of element.children.filter((child) => !matched.has(child))) {
    const last = children.map(({ item: { name } }) => name).lastIndexOf(item.name);
    children.splice(last < 0 ? children.length : last + 1, 0, { item, at: item });
  }
  return { ...element, children: children.map(({ at }) => at) };
}
