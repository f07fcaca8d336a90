import { childOf, type Element, withChild, withoutChildren } from '../../../xml/element.ts';

/**
 * A live device with the parts at some paths replaced by those of its definition. A part is an attribute of the device
 * or a child as a whole, since the other values in it were derived from the one that changes.
 */
export function withParts(live: Element, persistent: Element, paths: readonly string[]): Element {
  const parts = new Set(paths.map((path) => path.split('/')[0] ?? path));
  return [...parts].reduce((device, part) => withPart(device, persistent, part), live);
}

function withPart(live: Element, persistent: Element, part: string): Element {
  if (part.startsWith('@')) return withAttribute(live, persistent, part.slice(1));
  const next = childOf(persistent, part);
  return next ? withChild(live, next) : withoutChildren(live, part);
}

function withAttribute(live: Element, persistent: Element, name: string): Element {
  const { [name]: _, ...others } = live.attributes;
  const value = persistent.attributes[name];
  return { ...live, attributes: value === undefined ? others : { ...others, [name]: value } };
}
