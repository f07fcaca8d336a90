import { type Element, element } from '../../../lib/xml/element.ts';

type Value = string | number | boolean | undefined;
type Content = string | number | readonly (Element | undefined)[];

const written = (value: Value) =>
  value === undefined ? undefined : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

/** An element as libvirt writes it: what is undefined is omitted, and a boolean is `yes` or `no`. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  content: Content = [],
): Element {
  const texts = Object.entries(attributes).map(([key, value]) => [key, written(value)] as const);
  const inner =
    typeof content === 'object' ? content.filter((child) => child !== undefined) : String(content);
  return element(name, Object.fromEntries(texts), inner);
}

/** An element that holds a text; undefined without one. */
export const textTag = (name: string, text: string | number | undefined): Element | undefined =>
  text === undefined ? undefined : tag(name, {}, text);

/** The same element; undefined where it is empty. */
export const ifAny = (from: Element): Element | undefined =>
  from.children.length > 0 || Object.keys(from.attributes).length > 0 ? from : undefined;
