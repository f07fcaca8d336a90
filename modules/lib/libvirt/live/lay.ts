import { childOf, type Element, withChild, withoutChildren } from '../../xml/element.ts';

/**
 * A live device with the parts at some paths as in its definition: attributes of its own, and children as a whole, since
 * what is beside a value that changes was derived from it.
 */
export function lay(live: Element, persistent: Element, paths: readonly string[]): Element {
  const parts = new Set(paths.map((path) => path.split('/')[0] ?? path));
  return [...parts].reduce((device, part) => layPart(device, persistent, part), live);
}

function layPart(live: Element, persistent: Element, part: string): Element {
  if (part.startsWith('@')) return layAttribute(live, persistent, part.slice(1));
  const next = childOf(persistent, part);
  return next ? withChild(live, next) : withoutChildren(live, part);
}

function layAttribute(live: Element, persistent: Element, name: string): Element {
  const { [name]: _, ...others } = live.attributes;
  const value = persistent.attributes[name];
  return { ...live, attributes: value === undefined ? others : { ...others, [name]: value } };
}
