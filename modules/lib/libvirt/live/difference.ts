import type { Element } from '../../xml/element.ts';
import { ruleOf } from '../../xml/merge.ts';
import { type Pairing, pairItems } from '../../xml/pair.ts';
import { DOMAIN_IDENTITY } from '../identity.ts';
import { type Holders, isForeign, leewayAt } from './leeway.ts';

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
  const holders = { live, persistent };
  const attributes = union(Object.keys(live.attributes), Object.keys(persistent.attributes));
  return [
    ...compareValue(path, live.text.trim(), persistent.text.trim(), holders),
    ...attributes.flatMap((name) =>
      compareValue(`${path}/@${name}`, live.attributes[name], persistent.attributes[name], holders),
    ),
    ...union(namesIn(live), namesIn(persistent)).flatMap((name) =>
      compareList(holders, `${path}/${name}`, name),
    ),
  ];
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];

const namesIn = (element: Element) => element.children.map(({ name }) => name);

function compareValue(
  path: string,
  live: string | undefined,
  persistent: string | undefined,
  holders: Holders,
): Difference[] {
  const same = (live || undefined) === (persistent || undefined) || leewayAt(path)(live, persistent, holders);
  return same ? [] : [{ path, live, persistent }];
}

function compareList(holders: Holders, path: string, name: string): Difference[] {
  if (isForeign(path)) return [];
  const { pairs, left, added } = pairing(
    path,
    itemsOf(holders.live, name),
    itemsOf(holders.persistent, name),
  );
  const alone = (live: Element | undefined, persistent: Element | undefined): Difference[] => {
    const [now, next] = [live, persistent].map((item) => item?.text.trim());
    return leewayAt(path)(now, next, holders) ? [] : [{ path, live: now, persistent: next }];
  };
  return [
    ...[...pairs].flatMap(([live, persistent]) => compare(live, persistent, path)),
    ...left.flatMap((item) => alone(item, undefined)),
    ...added.flatMap((item) => alone(undefined, item)),
  ];
}

const itemsOf = (element: Element, name: string) => element.children.filter((child) => child.name === name);

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
