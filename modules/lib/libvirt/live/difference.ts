import type { Element } from '../../xml/element.ts';
import { ruleOf } from '../../xml/merge.ts';
import { type Pairing, pairItems } from '../../xml/pair.ts';
import { DOMAIN_IDENTITY } from '../identity.ts';
import { leewayAt } from './leeway.ts';

/** A place where the running guest has something else than its definition. */
export interface Difference {
  /** From the compared element: `source/@file`, `driver`. */
  readonly path: string;
  /** The value of an attribute or a text; undefined where there is none, and for an element with more in it. */
  readonly live: string | undefined;
  readonly persistent: string | undefined;
}

/**
 * Where a live element differs from its definition by more than what libvirt writes into the XML of any running guest.
 * @param path the names from the root down to this element, joined by `/`
 */
export function differencesOf(live: Element, persistent: Element, path: string): Difference[] {
  return compare(live, persistent, path).map((found) => ({
    ...found,
    path: found.path.slice(path.length + 1),
  }));
}

function compare(live: Element, persistent: Element, path: string): Difference[] {
  return [
    ...compareValue(`${path}`, live.text.trim(), persistent.text.trim()),
    ...union(Object.keys(live.attributes), Object.keys(persistent.attributes)).flatMap((name) =>
      compareValue(`${path}/@${name}`, live.attributes[name], persistent.attributes[name]),
    ),
    ...union(namesIn(live), namesIn(persistent)).flatMap((name) => compareList(live, persistent, path, name)),
  ];
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];

const namesIn = (element: Element) => element.children.map(({ name }) => name);

function compareValue(path: string, live: string | undefined, persistent: string | undefined): Difference[] {
  const same = (live || undefined) === (persistent || undefined) || leewayAt(path)(live, persistent);
  return same ? [] : [{ path, live, persistent }];
}

function compareList(live: Element, persistent: Element, parent: string, name: string): Difference[] {
  const path = `${parent}/${name}`;
  const { pairs, left, added } = pairing(path, itemsOf(live, name), itemsOf(persistent, name));
  return [
    ...[...pairs].flatMap(([one, other]) => compare(one, other, path)),
    ...left.flatMap((item) =>
      leewayAt(path)(textOf(item), undefined) ? [] : missing(path, item, undefined),
    ),
    ...added.flatMap((item) =>
      leewayAt(path)(undefined, textOf(item)) ? [] : missing(path, undefined, item),
    ),
  ];
}

const itemsOf = (element: Element, name: string) => element.children.filter((child) => child.name === name);

const textOf = ({ text }: Element) => text.trim();

const missing = (path: string, live: Element | undefined, persistent: Element | undefined): Difference[] => [
  { path, live: live && textOf(live), persistent: persistent && textOf(persistent) },
];

function pairing(path: string, live: readonly Element[], persistent: readonly Element[]): Pairing {
  const rule = ruleOf(DOMAIN_IDENTITY, path);
  if (rule !== undefined && rule !== 'atomic') return pairItems(live, persistent, rule);
  const both = Math.min(live.length, persistent.length);
  return {
    pairs: new Map(live.slice(0, both).map((item, i) => [item, persistent[i] as Element])),
    left: live.slice(both),
    added: persistent.slice(both),
  };
}
