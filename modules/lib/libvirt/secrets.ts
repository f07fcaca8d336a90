import { MASK, MASK_CHANGED } from '../mask.ts';
import { type Element, withChildren } from '../xml/element.ts';
import { serialiseXml } from '../xml/serialise.ts';

/** Attributes whose value is a secret, by the element that has them (formatdomain: graphics). */
const SECRET: Readonly<Record<string, readonly string[]>> = { graphics: ['passwd'] };

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

/** The secrets of a document, in its order. */
export const secretsIn = (element: Element): readonly string[] => [
  ...(SECRET[element.name] ?? []).flatMap((name) => element.attributes[name] ?? []),
  ...element.children.flatMap(secretsIn),
];

/** Two definitions as texts for a diff: a secret is masked, and one that changes is seen to change. */
export function definitionTexts(
  before: Element | undefined,
  after: Element,
): { before: string | undefined; after: string } {
  const texts = {
    before: before && serialiseXml(maskSecrets(before)),
    after: serialiseXml(maskSecrets(after)),
  };
  const onlySecrets = texts.before === texts.after && before && serialiseXml(before) !== serialiseXml(after);
  return onlySecrets ? { ...texts, after: texts.after.replaceAll(MASK, MASK_CHANGED) } : texts;
}
