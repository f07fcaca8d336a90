import type { Element } from '../xml/element.ts';
import { type IdentityTable, merge, ruleOf } from '../xml/merge.ts';
import { pathsOf } from '../xml/pair.ts';
import { DOMAIN_RULES } from './rules.ts';

/**
 * The outline of a document: its elements and attributes with empty values, except for the values that identify an item
 * of a list. It shows what a document sets, and contains no secret.
 * @param identifying paths below the element whose values are kept
 */
export function outlineOf(
  document: Element,
  identity: IdentityTable,
  path: string = document.name,
  identifying: ReadonlySet<string> = new Set(),
): Element {
  const rule = ruleOf(identity, path);
  const kept = rule !== undefined && rule !== 'atomic' ? pathsOf(rule) : identifying;
  const attributes = Object.keys(document.attributes)
    .filter((name) => name !== 'xmlns' && !name.includes(':'))
    .map((name) => [name, kept.has(`@${name}`) ? document.attributes[name] : ''] as const);
  const children = rule === 'atomic' ? [] : document.children;
  const below = (name: string) =>
    new Set([...kept].filter((one) => one.startsWith(`${name}/`)).map((one) => one.slice(name.length + 1)));
  return {
    name: document.name,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    children: children.map((child) => {
      const inner = outlineOf(child, identity, `${path}/${child.name}`, below(child.name));
      return kept.has(child.name) ? { ...inner, text: child.text.trim() } : inner;
    }),
    text: '',
  };
}

/** The union of two outlines. */
export const joinOutlines = (first: Element, second: Element): Element =>
  merge({ current: first, desired: second }, { ...DOMAIN_RULES, derive: (current) => current });

/** An outline without some paths: `domain/devices/disk`, `domain/vcpu`, `domain/@type`. */
export function withoutPaths(
  outline: Element,
  paths: ReadonlySet<string>,
  path: string = outline.name,
): Element {
  const attributes = Object.entries(outline.attributes).filter(([name]) => !paths.has(`${path}/@${name}`));
  const children = outline.children
    .filter(({ name }) => !paths.has(`${path}/${name}`))
    .map((child) => withoutPaths(child, paths, `${path}/${child.name}`));
  return { ...outline, attributes: Object.fromEntries(attributes), children };
}

/** An outline with only some paths, and the elements that contain them. */
export function onlyPaths(
  outline: Element,
  paths: ReadonlySet<string>,
  path: string = outline.name,
): Element {
  const attributes = Object.entries(outline.attributes).filter(([name]) => paths.has(`${path}/@${name}`));
  const children = outline.children.flatMap((child) => {
    const at = `${path}/${child.name}`;
    if (paths.has(at)) return [child];
    const inner = onlyPaths(child, paths, at);
    return inner.children.length > 0 || Object.keys(inner.attributes).length > 0 ? [inner] : [];
  });
  return { ...outline, attributes: Object.fromEntries(attributes), children };
}
