/** An XML element as a plain, immutable value. Names keep their prefix; white space between elements is dropped. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** The text of an element without child elements. */
  readonly text: string;
}

type Attributes = Readonly<Record<string, string | undefined>>;

/** Makes an element; attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Attributes = {},
  content: string | readonly Element[] = [],
): Element {
  const given = Object.entries(attributes).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    name,
    attributes: Object.fromEntries(given),
    children: typeof content === 'string' ? [] : content,
    text: typeof content === 'string' ? content : '',
  };
}

/** The child elements of one name. */
export const childrenOf = (parent: Element | undefined, name: string): Element[] =>
  parent?.children.filter((child) => child.name === name) ?? [];

/** The first child element of a name. */
export const childOf = (parent: Element | undefined, name: string): Element | undefined =>
  parent?.children.find((child) => child.name === name);

/**
 * A value inside an element by its path: `name` (its text), `target/@dev`, `@type`.
 * @returns undefined when an element or attribute on the way is missing, or the text is empty
 */
export function valueAt(from: Element | undefined, path: string): string | undefined {
  const parts = path.split('/');
  const last = parts[parts.length - 1] ?? '';
  const attribute = last.startsWith('@') ? last.slice(1) : undefined;
  const names = attribute === undefined ? parts : parts.slice(0, -1);
  const found = names.reduce<Element | undefined>((at, name) => childOf(at, name), from);
  return attribute === undefined ? found?.text.trim() || undefined : found?.attributes[attribute];
}

/** The same element with other children. */
export const withChildren = (from: Element, children: readonly Element[]): Element => ({
  ...from,
  children,
  text: children.length > 0 ? '' : from.text,
});

/** The same element without its children of some names. */
export const withoutChildren = (from: Element, ...names: string[]): Element =>
  withChildren(
    from,
    from.children.filter((child) => !names.includes(child.name)),
  );

/** The same element with one child: it replaces the first of its name, or is added at the end. */
export function withChild(from: Element, child: Element): Element {
  const at = from.children.findIndex(({ name }) => name === child.name);
  const children = [...from.children];
  children.splice(at < 0 ? children.length : at, at < 0 ? 0 : 1, child);
  return withChildren(from, children);
}

/** Whether two elements are equal: attributes in any order, children in the same order. */
export function sameElement(a: Element, b: Element): boolean {
  const names = Object.keys(a.attributes);
  return (
    a.name === b.name &&
    a.text.trim() === b.text.trim() &&
    names.length === Object.keys(b.attributes).length &&
    names.every((name) => a.attributes[name] === b.attributes[name]) &&
    a.children.length === b.children.length &&
    a.children.every((child, i) => sameElement(child, b.children[i] as Element))
  );
}
