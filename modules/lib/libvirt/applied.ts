import {
  childOf,
  childrenOf,
  type Element,
  element,
  valueAt,
  withChild,
  withChildren,
} from '../xml/element.ts';
import { type IdentityTable, merge, ruleOf } from '../xml/merge.ts';
import { pathsOf } from '../xml/pair.ts';
import { DOMAIN_RULES } from './owned.ts';

/** The namespace of the one element that a domain's `<metadata>` holds of ours. */
export const NAMESPACE = 'https://piecewise.cloud/libvirt/1';

const ELEMENT = 'piecewise:applied';

/** What a domain's last task stated. */
export interface Applied {
  /** What the task was written as: an `xml` speaks for everything, options for what they are about. */
  readonly form: 'xml' | 'options';
  /** Names of elements and attributes; of values only those that tell an item from its like. A `<domain>`. */
  readonly stated: Element;
  /** Devices that a task has taken from the definition and that the running guest may still have. `<devices>` */
  readonly gone: Element;
  /** A digest of what the task came to: when a later one comes to the same, libvirt needn't be asked again. */
  readonly settled?: string | undefined;
}

/**
 * What a document states, without what it says: each value is empty but for those by which a list's item is found
 * again. So no secret is in it, and that one was stated is.
 */
export function statementOf(
  document: Element,
  identity: IdentityTable,
  path: string = document.name,
  keep: ReadonlySet<string> = new Set(),
): Element {
  const rule = ruleOf(identity, path);
  const mine = rule !== undefined && rule !== 'atomic' ? pathsOf(rule) : keep;
  const attributes = Object.keys(document.attributes)
    .filter((name) => name !== 'xmlns' && !name.includes(':'))
    .map((name) => [name, mine.has(`@${name}`) ? document.attributes[name] : ''] as const);
  const children = rule === 'atomic' ? [] : document.children;
  const below = (name: string) =>
    new Set([...mine].filter((one) => one.startsWith(`${name}/`)).map((one) => one.slice(name.length + 1)));
  return {
    name: document.name,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    children: children.map((child) => {
      const inner = statementOf(child, identity, `${path}/${child.name}`, below(child.name));
      return mine.has(child.name) ? { ...inner, text: child.text.trim() } : inner;
    }),
    text: '',
  };
}

/**
 * What the last task of ours stated about a domain.
 * @returns undefined when there was none, or what is there is another domain's (a clone has its original's metadata)
 */
export function readApplied(definition: Element): Applied | undefined {
  const found = childrenOf(childOf(definition, 'metadata'), ELEMENT)[0];
  if (!found || found.attributes.uuid !== valueAt(definition, 'uuid')) return undefined;
  const part = (name: string) => renamed(childOf(found, name) ?? element(name), '.', ':');
  return {
    form: found.attributes.form === 'options' ? 'options' : 'xml',
    stated: part('domain'),
    gone: part('gone'),
    settled: found.attributes.settled,
  };
}

// A prefix (`qemu:commandline`) would need its namespace, and only names count here: a dot stands for its colon. No
// element of libvirt's has a dot in its name.
const renamed = (from: Element, before: string, after: string): Element => ({
  ...from,
  name: from.name.replace(before, after),
  children: from.children.map((child) => renamed(child, before, after)),
});

/** The same definition with what was stated kept in its metadata; everybody else's metadata stays. */
export function writeApplied(definition: Element, { form, stated, gone, settled }: Applied): Element {
  const parts = [stated, ...(gone.children.length > 0 ? [gone] : [])];
  const own = element(
    ELEMENT,
    { 'xmlns:piecewise': NAMESPACE, uuid: valueAt(definition, 'uuid'), form, settled },
    parts.map((part) => renamed(part, ':', '.')),
  );
  const metadata = childOf(definition, 'metadata');
  if (metadata) return withChild(definition, withChild(metadata, own));
  const before = ['name', 'uuid', 'genid', 'title', 'description'];
  const at = definition.children.filter(({ name }) => before.includes(name)).length;
  const children = [...definition.children];
  children.splice(at, 0, element('metadata', {}, [own]));
  return withChildren(definition, children);
}

/** The same definition without what we keep in it: what a user compares. */
export function withoutApplied(definition: Element): Element {
  const metadata = childOf(definition, 'metadata');
  if (!metadata) return definition;
  const others = metadata.children.filter(({ name }) => name !== ELEMENT);
  return withChildren(
    definition,
    definition.children.flatMap((child) =>
      child !== metadata ? [child] : others.length > 0 ? [withChildren(metadata, others)] : [],
    ),
  );
}

/** What either of two statements states. */
export const bothStated = (first: Element, second: Element): Element =>
  merge({ current: first, desired: second }, { ...DOMAIN_RULES, derive: (same) => same });

/** A statement without what it says under some paths: `domain/devices/disk`, `domain/vcpu`. */
export function withoutPaths(
  stated: Element,
  gone: ReadonlySet<string>,
  path: string = stated.name,
): Element {
  const attributes = Object.entries(stated.attributes).filter(([name]) => !gone.has(`${path}/@${name}`));
  const children = stated.children
    .filter(({ name }) => !gone.has(`${path}/${name}`))
    .map((child) => withoutPaths(child, gone, `${path}/${child.name}`));
  return { ...stated, attributes: Object.fromEntries(attributes), children };
}

/** Only what a statement says under some paths. */
export function onlyPaths(stated: Element, kept: ReadonlySet<string>, path: string = stated.name): Element {
  const attributes = Object.entries(stated.attributes).filter(([name]) => kept.has(`${path}/@${name}`));
  const children = stated.children.flatMap((child) => {
    const at = `${path}/${child.name}`;
    if (kept.has(at)) return [child];
    const inner = onlyPaths(child, kept, at);
    return inner.children.length > 0 || Object.keys(inner.attributes).length > 0 ? [inner] : [];
  });
  return { ...stated, attributes: Object.fromEntries(attributes), children };
}
