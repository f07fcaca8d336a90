import { type Element, sameElement, valueAt, withChildren } from '../../modules/lib/xml/element.ts';

/** One thing in which two definitions differ. */
export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed' | 'reordered';
  /** Where: `devices/disk[vda]/target/@bus`; an element's own text is at its path. */
  readonly path: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

// By what a reader knows a device. It is not by the engine's own tables: those are under test.
const LABELS: Readonly<Record<string, (item: Element) => string | undefined>> = {
  disk: (item) => valueAt(item, 'target/@dev'),
  interface: (item) => valueAt(item, 'mac/@address'),
  controller: (item) => `${item.attributes.type} ${item.attributes.index ?? ''}`.trim(),
};

const label = (item: Element) => LABELS[item.name]?.(item);

interface Pair {
  readonly one: Element;
  readonly other: Element;
  readonly at: string;
}

interface Pairs {
  readonly pairs: readonly Pair[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly reordered: boolean;
}

// What is equal belongs together; then what has the same label; of what has none, what stands in the same place.
function pair(ones: readonly Element[], others: readonly Element[]): Pairs {
  const of = new Map<Element, Element>();
  const free = new Set(others);
  const match = (fits: (one: Element, other: Element) => boolean) => {
    for (const one of ones) {
      if (of.has(one)) continue;
      const other = [...free].find((each) => fits(one, each));
      if (!other) continue;
      of.set(one, other);
      free.delete(other);
    }
  };
  match(sameElement);
  match((one, other) => label(one) === label(other));
  const alone = ones.length <= 1 && others.length <= 1;
  const name = (item: Element, among: readonly Element[]) => {
    const known = label(item) ?? (alone ? undefined : String(among.indexOf(item)));
    return known === undefined ? item.name : `${item.name}[${known}]`;
  };
  const order = ones.flatMap((one) => (of.has(one) ? [others.indexOf(of.get(one) as Element)] : []));
  return {
    pairs: [...of].map(([one, other]) => ({ one, other, at: name(one, ones) })),
    removed: ones.filter((one) => !of.has(one)).map((one) => name(one, ones)),
    added: [...free].map((other) => name(other, others)),
    reordered: order.some((place, i) => place < (order[i - 1] ?? 0)),
  };
}

/** All in which two elements differ, the first to be named first. Attributes are in any order; so are kinds of children. */
export function differences(before: Element, after: Element, path = ''): Difference[] {
  const at = (name: string) => (path === '' ? name : `${path}/${name}`);
  const found: Difference[] = [];
  const texts = [before.text.trim(), after.text.trim()] as const;
  if (texts[0] !== texts[1]) found.push({ kind: 'changed', path, before: texts[0], after: texts[1] });
  for (const name of new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)])) {
    const values = [before.attributes[name], after.attributes[name]] as const;
    if (values[0] === values[1]) continue;
    const kind = values[0] === undefined ? 'added' : values[1] === undefined ? 'removed' : 'changed';
    found.push({ kind, path: at(`@${name}`), before: values[0], after: values[1] });
  }
  for (const name of new Set([...before.children, ...after.children].map((child) => child.name))) {
    const named = (from: Element) => from.children.filter((child) => child.name === name);
    const { pairs, removed, added, reordered } = pair(named(before), named(after));
    found.push(
      ...removed.map((each) => ({ kind: 'removed' as const, path: at(each) })),
      ...added.map((each) => ({ kind: 'added' as const, path: at(each) })),
      ...pairs.flatMap(({ one, other, at: each }) => differences(one, other, at(each))),
      ...(reordered ? [{ kind: 'reordered' as const, path: at(name) }] : []),
    );
  }
  return found;
}

/** A difference in a few words: `devices/disk[vda]/target/@bus changed from virtio to scsi`. */
export function withOptionsNamed({ kind, path, before, after }: Difference): string {
  const value = (text: string | undefined) => JSON.stringify((text ?? '').slice(0, 80));
  if (kind === 'changed') return `${path} changed from ${value(before)} to ${value(after)}`;
  const shown = before ?? after;
  return `${path} ${kind}${shown === undefined ? '' : ` (${value(shown)})`}`;
}

/** A definition without what the collection keeps in its metadata. */
export function withoutOwn(root: Element, namespace: string): Element {
  const isLocal = ({ attributes }: Element) => Object.values(attributes).includes(namespace);
  const children = root.children.flatMap((child) => {
    if (child.name !== 'metadata') return [child];
    const others = child.children.filter((each) => !isLocal(each));
    return others.length === child.children.length || others.length > 0 ? [withChildren(child, others)] : [];
  });
  return withChildren(root, children);
}
