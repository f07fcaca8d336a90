import { type Element, withChildren } from '../xml/element.ts';

/** Attributes whose value is a secret, by the element that has them (formatdomain: graphics). */
const SECRET: Readonly<Record<string, readonly string[]>> = { graphics: ['passwd'] };

const MASK = '********';

/** The same document with each secret masked: for a diff. */
export function maskSecrets(element: Element): Element {
  const secret = SECRET[element.name] ?? [];
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => [name, secret.includes(name) ? MASK : value] as const,
  );
  return {
    ...withChildren(element, element.children.map(maskSecrets)),
    attributes: Object.fromEntries(attributes),
  };
}
