import {
  childOf,
  childrenOf,
  type Element,
  element,
  valueAt,
  withChild,
  withChildren,
} from '../xml/element.ts';

/** The namespace of this collection's element in the `<metadata>` of a domain or a network. */
export const NAMESPACE = 'https://piecewise.cloud/libvirt/1';

const ELEMENT = 'piecewise:applied';

/** What is recorded in a domain's metadata of the last task that defined it. */
export interface Applied {
  /** How the task defined the domain: an `xml` covers all of it, options cover their paths. */
  readonly form: 'xml' | 'options';
  /** The outline of what the task set: a `<domain>`. */
  readonly outline: Element;
  /** Outlines of devices that tasks removed from the definition and that the running guest may still have. */
  readonly removed: Element;
  /** A digest of the draft: a later task with the same digest changes nothing, and need not ask libvirt. */
  readonly digest?: string | undefined;
}

/**
 * The record of what was applied in a definition's metadata.
 * @returns undefined where there is none, or it is another definition's: a clone has the metadata of its original
 */
export function recordIn(definition: Element): Element | undefined {
  const found = childrenOf(childOf(definition, 'metadata'), ELEMENT)[0];
  return found?.attributes.uuid === valueAt(definition, 'uuid') ? found : undefined;
}

/** Reads what the last task applied to a domain. @returns undefined where no task did */
export function readApplied(definition: Element): Applied | undefined {
  const found = recordIn(definition);
  if (!found) return undefined;
  const part = (name: string) => renamed(childOf(found, name) ?? element(name), '.', ':');
  return {
    form: found.attributes.form === 'options' ? 'options' : 'xml',
    outline: part('domain'),
    removed: part('gone'),
    digest: found.attributes.digest,
  };
}

// A prefix (`qemu:commandline`) would need its namespace, so a dot replaces its colon. No element of libvirt's has a
// dot in its name.
const renamed = (from: Element, before: string, after: string): Element => ({
  ...from,
  name: from.name.replace(before, after),
  children: from.children.map((child) => renamed(child, before, after)),
});

/** The same definition with the record of what was applied to a domain. */
export function writeApplied(definition: Element, { form, outline, removed, digest }: Applied): Element {
  const parts = [outline, ...(removed.children.length > 0 ? [removed] : [])];
  return withRecord(
    definition,
    parts.map((part) => renamed(part, ':', '.')),
    { form, digest },
  );
}

/** The same definition with a record in its metadata. Other metadata is kept. */
export function withRecord(
  definition: Element,
  parts: readonly Element[],
  attributes: Readonly<Record<string, string | undefined>> = {},
): Element {
  const uuid = valueAt(definition, 'uuid');
  const record = element(ELEMENT, { 'xmlns:piecewise': NAMESPACE, uuid, ...attributes }, parts);
  const metadata = childOf(definition, 'metadata');
  if (metadata) return withChild(definition, withChild(metadata, record));
  const before = ['name', 'uuid', 'genid', 'title', 'description'];
  const at = definition.children.filter(({ name }) => before.includes(name)).length;
  const children = [...definition.children];
  children.splice(at, 0, element('metadata', {}, [record]));
  return withChildren(definition, children);
}

/** The same definition without that record: the part that users see. */
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
